const toFahrenheit = (celsius: number): number => (celsius * 9) / 5 + 32
const toCelsius = (fahrenheit: number): number => ((fahrenheit - 32) * 5) / 9

/** Rothfusz regression [NWS Technical Attachment SR 90-23], T in °F, RH in per cent. */
function rothfusz(t: number, rh: number): number {
  return (
    -42.379 +
    2.04901523 * t +
    10.14333127 * rh -
    0.22475541 * t * rh -
    6.83783e-3 * t * t -
    5.481717e-2 * rh * rh +
    1.22874e-3 * t * t * rh +
    8.5282e-4 * t * rh * rh -
    1.99e-6 * t * t * rh * rh
  )
}

/**
 * Heat index in °F as the US National Weather Service computes it today, with the dry and the humid adjustment. Its older
 * printed table leaves the humid one out and shows 87 at (80 °F, 100 %) where this gives 89.3.
 */
export function heatIndexF(temperatureF: number, relativeHumidity: number): number {
  const [t, rh] = [temperatureF, relativeHumidity]
  const simple = 0.5 * (t + 61 + 1.2 * (t - 68) + 0.094 * rh)
  if ((simple + t) / 2 < 80) return simple
  const full = rothfusz(t, rh)
  if (rh < 13 && t >= 80 && t <= 112) return full - ((13 - rh) / 4) * Math.sqrt((17 - Math.abs(t - 95)) / 17)
  if (rh > 85 && t >= 80 && t <= 87) return full + ((rh - 85) / 10) * ((87 - t) / 5)
  return full
}

/** Heat index in °C from air temperature in °C and relative humidity in per cent 0..100. */
export const heatIndexC = (temperatureC: number, relativeHumidity: number): number =>
  toCelsius(heatIndexF(toFahrenheit(temperatureC), relativeHumidity))
