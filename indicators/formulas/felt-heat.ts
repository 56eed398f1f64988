/** Water vapour pressure in hPa [Australian Bureau of Meteorology], temperature in °C, relative humidity in per cent. */
const vapourPressure = (temperatureC: number, relativeHumidity: number): number =>
  (relativeHumidity / 100) * 6.105 * Math.exp((17.27 * temperatureC) / (237.7 + temperatureC))

/** Humidex, in °C as a number without unit, from air temperature and dew point in °C [Masterton & Richardson 1979, Environment Canada]. */
export function humidex(temperatureC: number, dewPointC: number): number {
  const vapour = 6.11 * Math.exp(5417.753 * (1 / 273.16 - 1 / (273.15 + dewPointC)))
  return temperatureC + (5 / 9) * (vapour - 10)
}

/** Wet bulb globe temperature in °C, approximated for moderate sun and light wind [Australian Bureau of Meteorology]. */
export const simplifiedWbgt = (temperatureC: number, relativeHumidity: number): number =>
  0.567 * temperatureC + 0.393 * vapourPressure(temperatureC, relativeHumidity) + 3.94

/** Apparent temperature in the shade, °C; wind in m/s at 10 m [Steadman 1994, Australian Bureau of Meteorology]. */
export const apparentTemperature = (temperatureC: number, relativeHumidity: number, windMs: number): number =>
  temperatureC + 0.33 * vapourPressure(temperatureC, relativeHumidity) - 0.7 * windMs - 4
