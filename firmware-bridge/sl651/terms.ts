import { type Term, termTable } from '../frames/term.ts'

/** Function codes [SL 651-2014 B, table B.1]. */
export const functionTerm: (code: number) => Term = termTable([
  [0x2f, '链路维持报', 'keeps the link'],
  [0x30, '测试报', 'test report'],
  [0x31, '均匀时段水文信息报', 'report of even periods'],
  [0x32, '遥测站定时报', 'timed report'],
  [0x33, '遥测站加报报', 'additional report'],
  [0x34, '遥测站小时报', 'hourly report'],
  [0x35, '遥测站人工置数报', 'report entered by hand'],
  [0x36, '遥测站图片报', 'picture'],
  [0x37, '查询遥测站实时数据', 'present values'],
  [0x38, '查询遥测站时段数据', 'values of a period'],
  [0x39, '查询遥测站人工置数', 'values entered by hand'],
  [0x3a, '查询遥测站指定要素数据', 'values of chosen elements'],
  [0x40, '修改遥测站基本配置表', 'change the basic configuration'],
  [0x41, '读取遥测站基本配置表', 'basic configuration'],
  [0x42, '修改遥测站运行参数配置表', 'change the running parameters'],
  [0x43, '读取遥测站运行参数配置表', 'running parameters'],
  [0x44, '查询水泵电机实时工作数据', 'pump motors'],
  [0x45, '查询遥测终端软件版本', 'software version'],
  [0x46, '查询遥测站状态和报警信息', 'state and alarms'],
  [0x47, '初始化固态存储数据', 'clear the stored data'],
  [0x48, '恢复终端出厂设置', 'restore the factory settings'],
  [0x49, '修改密码', 'change the password'],
  [0x4a, '设置遥测站时钟', 'set the clock'],
  [0x4b, '设置遥测终端 IC 卡状态', 'set the state of the IC card'],
  [0x4c, '控制水泵开关命令/水泵状态信息自报', 'pumps'],
  [0x4d, '控制阀门开关命令/阀门状态信息自报', 'valves'],
  [0x4e, '控制闸门开关命令/闸门状态信息自报', 'gates'],
  [0x4f, '水量定值控制命令', 'limit of the water drawn'],
  [0x50, '查询遥测站事件记录', 'record of events'],
  [0x51, '查询遥测站时钟', 'clock'],
])

/** Station classes [SL 651-2014 A, table A.1]. */
export const stationClass: (code: number) => Term = termTable([
  [0x50, '降水', 'rain'],
  [0x48, '河道', 'river'],
  [0x4b, '水库（湖泊）', 'reservoir, lake'],
  [0x5a, '闸坝', 'gate, dam'],
  [0x44, '泵站', 'pumping station'],
  [0x54, '潮汐', 'tide'],
  [0x4d, '墒情', 'soil moisture'],
  [0x47, '地下水', 'groundwater'],
  [0x51, '水质', 'water quality'],
  [0x49, '取水口', 'intake'],
  [0x4f, '排水口', 'outlet'],
])

/** Bits of element 45H that are set when something is wrong or on [SL 651-2014 table 58]. */
export const alarmTerm: (bit: number) => Term = termTable([
  [0, '交流电停电', 'mains failed'],
  [1, '蓄电池电压低', 'battery low'],
  [2, '水位超限', 'water level out of limits'],
  [3, '流量超限', 'flow out of limits'],
  [4, '水质超限', 'water quality out of limits'],
  [5, '流量仪表故障', 'flow meter faulty'],
  [6, '水位仪表故障', 'level gauge faulty'],
  [7, '终端箱门关闭', 'cabinet closed'],
  [8, '存储器异常', 'memory faulty'],
  [9, 'IC 卡有效', 'IC card in use'],
  [10, '水泵停机', 'pump stopped'],
  [11, '剩余水量超限', 'remaining water out of limits'],
])

/** Events counted in function 50H, from 1 [SL 651-2014 table 82]. */
export const eventTerm: (number: number) => Term = termTable(
  [
    [1, '历史数据初始化', 'stored data cleared'],
    [2, '参数变更', 'parameter changed'],
    [3, '状态量变位', 'state changed'],
    [4, '传感器及仪表故障', 'sensor faulty'],
    [5, '密码修改', 'password changed'],
    [6, '终端故障', 'terminal faulty'],
    [7, '交流失电', 'mains failed'],
    [8, '蓄电池电压低', 'battery low'],
    [9, '终端箱非法打开', 'cabinet opened'],
    [10, '水泵故障', 'pump faulty'],
    [11, '剩余水量超限', 'remaining water out of limits'],
    [12, '水位超限', 'water level out of limits'],
    [13, '水压超限', 'water pressure out of limits'],
    [14, '水质参数超限', 'water quality out of limits'],
    [15, '数据出错', 'data wrong'],
    [16, '发报文', 'frames sent'],
    [17, '收报文', 'frames received'],
    [18, '发报文出错', 'frames failed'],
  ],
  { zh: '备用', en: 'spare' },
)

/** Running parameters that installers set [SL 651-2014 D.4]: name, unit. Others are named after their identifier. */
const parameters: Readonly<Record<string, readonly [name: string, unit: string]>> = {
  '0C': ['workingMode', ''],
  20: ['reportInterval', 'h'],
  21: ['additionalReportInterval', 'min'],
  22: ['rainDayStart', 'h'],
  23: ['samplingInterval', 's'],
  24: ['levelStorageInterval', 'min'],
  25: ['rainGaugeResolution', 'mm'],
  26: ['levelGaugeResolution', 'cm'],
  27: ['rainfallThreshold', 'mm'],
  40: ['levelThresholdAbove', 'm'],
  41: ['levelThresholdBelow', 'm'],
  42: ['flowThreshold', 'm³/s'],
  43: ['velocityThreshold', 'm/s'],
}

export function parameterOf(id: string): { name: string; unit: string } {
  const [name, unit] = parameters[id] ?? []
  if (name !== undefined) return { name, unit: unit ?? '' }
  const place = Number.parseInt(id, 16)
  if (place >= 0x28 && place <= 0x2f) return { name: `levelBase${place - 0x27}`, unit: 'm' }
  if (place >= 0x30 && place <= 0x37) return { name: `levelCorrection${place - 0x2f}`, unit: 'm' }
  if (place >= 0x38 && place <= 0x3f) return { name: `reportLevel${place - 0x37}`, unit: 'm' }
  return { name: `parameter${id}`, unit: '' }
}
