import type { BadQuality } from '../driver.ts'

/** What a code of the standard means, as people read it. */
export interface Meaning {
  readonly zh: string
  readonly en: string
}

type Row = readonly [code: string, zh: string, en: string]

const table = (rows: readonly Row[]): ((code: string) => Meaning) => {
  const meanings = new Map(rows.map(([code, zh, en]) => [code, { zh, en }]))
  return (code) => meanings.get(code) ?? { zh: '未定义', en: 'not defined' }
}

/** ST [HJ 212-2017 table 5; 44 and 45 from HJ 212-2025]. */
export const systemOf: (st: string) => Meaning = table([
  ['21', '地表水质量监测', 'surface water quality'],
  ['22', '空气质量监测', 'air quality'],
  ['23', '声环境质量监测', 'ambient sound'],
  ['24', '地下水质量监测', 'groundwater quality'],
  ['25', '土壤质量监测', 'soil quality'],
  ['26', '海水质量监测', 'sea water quality'],
  ['27', '挥发性有机物监测', 'volatile organic compounds'],
  ['31', '大气环境污染源', 'source of air pollution'],
  ['32', '地表水体环境污染源', 'source of surface water pollution'],
  ['33', '地下水体环境污染源', 'source of groundwater pollution'],
  ['34', '海洋环境污染源', 'source of sea pollution'],
  ['35', '土壤环境污染源', 'source of soil pollution'],
  ['36', '声环境污染源', 'source of noise'],
  ['37', '振动环境污染源', 'source of vibration'],
  ['38', '放射性环境污染源', 'source of radioactivity'],
  ['39', '工地扬尘污染源', 'construction site dust'],
  ['41', '电磁环境污染源', 'source of electromagnetic pollution'],
  ['44', '用电监控', 'electricity supervision'],
  ['45', '关键生产工况监控', 'key production conditions'],
  ['51', '烟气排放过程监控', 'flue gas treatment process'],
  ['52', '污水排放过程监控', 'waste water treatment process'],
  ['91', '系统交互', 'system interaction'],
])

/** CN [HJ 212-2017 table 9, HJ 212-2025]. The same code asks on the way down and uploads on the way up. */
export const commandOf: (cn: string) => Meaning = table([
  ['1000', '设置超时时间及重发次数', 'set time-out and number of repeats'],
  ['1001', '上传数采仪硬件序号', 'hardware numbers of the logger'],
  ['1002', '设置数采仪 MN 编码', 'set the MN of the logger'],
  ['1011', '现场机时间', 'time of the station'],
  ['1012', '设置现场机时间', 'set the time of the station'],
  ['1013', '现场机时间校准请求', 'station asks for its time to be set'],
  ['1014', '密钥更新', 'renewal of the key'],
  ['1061', '实时数据间隔', 'interval of real-time data'],
  ['1062', '设置实时数据间隔', 'set the interval of real-time data'],
  ['1063', '分钟数据间隔', 'interval of minute data'],
  ['1064', '设置分钟数据间隔', 'set the interval of minute data'],
  ['1072', '设置现场机访问密码', 'set the password'],
  ['2011', '污染物实时数据', 'real-time data'],
  ['2012', '停止察看污染物实时数据', 'stop real-time data'],
  ['2013', '原始监测数据', 'raw monitoring data'],
  ['2021', '设备运行状态数据', 'running state of treatment facilities'],
  ['2022', '停止察看设备运行状态', 'stop running states'],
  ['2031', '污染物日历史数据', 'day data'],
  ['2041', '设备运行时间日历史数据', 'running time of treatment facilities in a day'],
  ['2051', '污染物分钟数据', 'minute data'],
  ['2052', '噪声单次测量数据', 'single noise measurement'],
  ['2061', '污染物小时数据', 'hour data'],
  ['2062', '自动标样核查（校准）数据', 'check against a standard sample'],
  ['2081', '上传数采仪开机时间', 'start of the logger'],
  ['2111', '上传炉膛温度 5 min 均值', 'furnace temperature, mean of 5 minutes'],
  ['3011', '零点校准量程校准', 'calibrate zero or span'],
  ['3012', '即时采样', 'sample now'],
  ['3013', '启动清洗/反吹', 'clean or blow back'],
  ['3014', '比对采样', 'comparison sample'],
  ['3015', '超标留样', 'keep a sample of an exceedance'],
  ['3016', '设置采样时间周期', 'set the sampling cycle'],
  ['3017', '采样时间周期', 'sampling cycle'],
  ['3018', '出样时间', 'time a sample takes'],
  ['3019', '设备唯一标识', 'unique number of the instrument'],
  ['3020', '现场机信息', 'information of the station: log, state, parameters'],
  ['3021', '设置现场机参数', 'set a parameter of the station'],
  ['3022', '下发即时留样任务', 'keep a sample now'],
  ['3024', '启动标样核查', 'start a check against a standard sample'],
  ['9011', '请求应答', 'answer to a request'],
  ['9012', '执行结果', 'result of a request'],
  ['9013', '通知应答', 'answer to a notice'],
  ['9014', '数据应答', 'answer to data'],
  ['9015', '心跳包', 'heartbeat'],
])

/** QnRtn [HJ 212-2017 table 7] */
export const requestAnswer: (code: string) => Meaning = table([
  ['1', '准备执行请求', 'will be carried out'],
  ['2', '请求被拒绝', 'refused'],
  ['3', 'PW 错误', 'wrong PW'],
  ['4', 'MN 错误', 'wrong MN'],
  ['5', 'ST 错误', 'wrong ST'],
  ['6', 'Flag 错误', 'wrong Flag'],
  ['7', 'QN 错误', 'wrong QN'],
  ['8', 'CN 错误', 'wrong CN'],
  ['9', 'CRC 校验错误', 'wrong CRC'],
  ['100', '未知错误', 'unknown error'],
])

/** ExeRtn [HJ 212-2017 table 6] */
export const requestResult: (code: string) => Meaning = table([
  ['1', '执行成功', 'done'],
  ['2', '执行失败，但不知道原因', 'failed for an unknown reason'],
  ['3', '命令请求条件错误', 'wrong condition in the request'],
  ['4', '通讯超时', 'timed out'],
  ['5', '系统繁忙不能执行', 'busy'],
  ['6', '系统故障', 'system fault'],
  ['100', '没有数据', 'no data'],
])

/** Data marks [HJ 212-2017 table 8]. */
export const markOf: (mark: string) => Meaning = table([
  ['N', '正常', 'normal'],
  ['F', '停运', 'instrument stopped'],
  ['M', '维护期间产生的数据', 'produced during maintenance'],
  ['S', '手工输入的设定值', 'set by hand'],
  ['D', '故障', 'instrument fault'],
  ['C', '校准状态', 'calibrating'],
  ['T', '超过测量上限', 'above the measuring range'],
  ['B', '与数采仪通讯异常', 'no communication with the logger'],
])

const qualities: Readonly<Record<string, BadQuality>> = {
  F: 'device_exception',
  M: 'device_exception',
  D: 'device_exception',
  C: 'device_exception',
  S: 'uncertain',
  T: 'out_of_range',
  B: 'comm_fail',
}

/** What a mark says of the values it stands beside; undefined: they are good. A mark nobody defined makes them uncertain. */
export const markQuality = (mark: string | undefined): BadQuality | undefined =>
  mark === undefined || mark === '' || mark === 'N' ? undefined : (qualities[mark] ?? 'uncertain')

const editions: Readonly<Record<number, string>> = { 0: 'HJ/T 212-2005', 1: 'HJ 212-2017', 2: 'HJ 212-2025' }

/** Flag [HJ 212-2017 table 3]. */
export function flagOf(flag: number): { edition: string; packets: boolean; answer: boolean } {
  return {
    edition: editions[flag >> 2] ?? `edition ${flag >> 2}`,
    packets: (flag & 2) !== 0,
    answer: (flag & 1) !== 0,
  }
}
