import { apparentTemperature, humidex, simplifiedWbgt } from '../formulas/felt-heat.ts'
import { heatIndexC } from '../formulas/heat-index.ts'
import { AtLeastZero, type CalcFormula, Celsius, calcFormula, keys, Percent } from './formula.ts'

const air = { temperatureC: Celsius, relativeHumidity: Percent }

export const heatFormulas: readonly CalcFormula[] = [
  calcFormula({
    name: 'heat-index',
    zh: '体感温度(热指数)',
    en: 'heat index in °C, with the dry and the humid adjustment',
    source: 'NWS Technical Attachment SR 90-23',
    input: keys(air),
    example: { temperatureC: 35, relativeHumidity: 60 },
    compute: ({ temperatureC, relativeHumidity }) => ({ value: heatIndexC(temperatureC, relativeHumidity) }),
  }),
  calcFormula({
    name: 'humidex',
    zh: '湿热指数',
    en: 'humidex',
    source: 'Masterton & Richardson 1979; Environment Canada',
    input: keys({ temperatureC: Celsius, dewPointC: Celsius }),
    example: { temperatureC: 30, dewPointC: 15 },
    compute: ({ temperatureC, dewPointC }) => ({ value: humidex(temperatureC, dewPointC) }),
  }),
  calcFormula({
    name: 'wbgt',
    zh: '简化湿球黑球温度',
    en: 'wet bulb globe temperature in °C, approximated from temperature and humidity',
    source: 'Australian Bureau of Meteorology, approximation to WBGT',
    input: keys(air),
    example: { temperatureC: 30, relativeHumidity: 50 },
    compute: ({ temperatureC, relativeHumidity }) => ({ value: simplifiedWbgt(temperatureC, relativeHumidity) }),
  }),
  calcFormula({
    name: 'apparent-temperature',
    zh: '体感温度(遮荫)',
    en: 'apparent temperature in the shade, °C',
    source: 'Steadman 1994; Australian Bureau of Meteorology',
    input: keys({ ...air, windMs: AtLeastZero }),
    example: { temperatureC: 30, relativeHumidity: 70, windMs: 1 },
    compute: ({ temperatureC, relativeHumidity, windMs }) => ({
      value: apparentTemperature(temperatureC, relativeHumidity, windMs),
    }),
  }),
]
