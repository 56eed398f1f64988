// Tables of GB/T 26875.3-2011. Codes without a row are reserved or the maker's own.
import { type TermRow, termTable } from '../frames/term.ts'

const reserved = { zh: '预留或自定义', en: 'reserved or the user’s own' }

/** [GB/T 26875.3-2011 table 2] */
export const commandTerm = termTable(
  [
    [1, '控制命令', 'control'],
    [2, '发送数据', 'send data'],
    [3, '确认', 'confirm'],
    [4, '请求', 'request'],
    [5, '应答', 'answer'],
    [6, '否认', 'deny'],
  ],
  reserved,
)

/** Type flags [GB/T 26875.3-2011 table 3]. */
export const typeTerm = termTable(
  [
    [1, '上传建筑消防设施系统状态', 'state of fire-fighting systems'],
    [2, '上传建筑消防设施部件运行状态', 'state of components'],
    [3, '上传建筑消防设施部件模拟量值', 'analog quantities of components'],
    [4, '上传建筑消防设施操作信息', 'operations on fire-fighting systems'],
    [5, '上传建筑消防设施软件版本', 'software version of fire-fighting systems'],
    [6, '上传建筑消防设施系统配置情况', 'configuration of fire-fighting systems'],
    [7, '上传建筑消防设施部件配置情况', 'configuration of components'],
    [8, '上传建筑消防设施系统时间', 'clock of fire-fighting systems'],
    [21, '上传用户信息传输装置运行状态', 'state of the transmission device'],
    [24, '上传用户信息传输装置操作信息', 'operations on the transmission device'],
    [25, '上传用户信息传输装置软件版本', 'software version of the transmission device'],
    [26, '上传用户信息传输装置配置情况', 'configuration of the transmission device'],
    [28, '上传用户信息传输装置系统时间', 'clock of the transmission device'],
    [61, '读建筑消防设施系统状态', 'read the state of fire-fighting systems'],
    [62, '读建筑消防设施部件运行状态', 'read the state of components'],
    [63, '读建筑消防设施部件模拟量值', 'read analog quantities of components'],
    [64, '读建筑消防设施操作信息', 'read operations on fire-fighting systems'],
    [65, '读建筑消防设施软件版本', 'read the software version of fire-fighting systems'],
    [66, '读建筑消防设施系统配置情况', 'read the configuration of fire-fighting systems'],
    [67, '读建筑消防设施部件配置情况', 'read the configuration of components'],
    [68, '读建筑消防设施系统时间', 'read the clock of fire-fighting systems'],
    [81, '读用户信息传输装置运行状态', 'read the state of the transmission device'],
    [84, '读用户信息传输装置操作信息记录', 'read the operation record of the transmission device'],
    [85, '读用户信息传输装置软件版本', 'read the software version of the transmission device'],
    [86, '读用户信息传输装置配置情况', 'read the configuration of the transmission device'],
    [88, '读用户信息传输装置系统时间', 'read the clock of the transmission device'],
    [89, '初始化用户信息传输装置', 'initialise the transmission device'],
    [90, '同步用户信息传输装置时钟', 'set the clock of the transmission device'],
    [91, '查岗命令', 'call the person on duty'],
  ],
  reserved,
)

const systems: readonly TermRow[] = [
  [0, '通用', 'general'],
  [1, '火灾报警系统', 'fire alarm system'],
  [10, '消防联动控制器', 'fire linkage controller'],
  [11, '消火栓系统', 'hydrant system'],
  [12, '自动喷水灭火系统', 'sprinkler system'],
  [13, '气体灭火系统', 'gas extinguishing system'],
  [14, '水喷雾灭火系统（泵启动方式）', 'water spray system (pump)'],
  [15, '水喷雾灭火系统（压力容器启动方式）', 'water spray system (pressure vessel)'],
  [16, '泡沫灭火系统', 'foam extinguishing system'],
  [17, '干粉灭火系统', 'powder extinguishing system'],
  [18, '防烟排烟系统', 'smoke control and exhaust system'],
  [19, '防火门及卷帘系统', 'fire doors and shutters'],
  [20, '消防电梯', 'fire lift'],
  [21, '消防应急广播', 'emergency broadcast'],
  [22, '消防应急照明和疏散指示系统', 'emergency lighting and evacuation signs'],
  [23, '消防电源', 'fire power supply'],
  [24, '消防电话', 'fire telephone'],
]

/** Systems of fire-fighting [GB/T 26875.3-2011 table 4]. */
export const systemTerm = termTable(systems, reserved)

const systemCodes: ReadonlySet<number> = new Set(systems.map(([code]) => code))
const firstOwnSystem = 128
/** Whether a code names a system: one of the table, or one the user defines. */
export const isSystem = (code: number): boolean => systemCodes.has(code) || (code >= firstOwnSystem && code <= 255)

/** Components [GB/T 26875.3-2011 table 5]. */
export const componentTerm = termTable(
  [
    [0, '通用', 'general'],
    [1, '火灾报警控制器', 'fire alarm controller'],
    [10, '可燃气体探测器', 'combustible gas detector'],
    [11, '点型可燃气体探测器', 'point combustible gas detector'],
    [12, '独立式可燃气体探测器', 'stand-alone combustible gas detector'],
    [13, '线型可燃气体探测器', 'line combustible gas detector'],
    [16, '电气火灾监控报警器', 'electrical fire monitor'],
    [17, '剩余电流式电气火灾监控探测器', 'residual current electrical fire detector'],
    [18, '测温式电气火灾监控探测器', 'temperature electrical fire detector'],
    [21, '探测回路', 'detection loop'],
    [22, '火灾显示盘', 'fire display panel'],
    [23, '手动火灾报警按钮', 'manual call point'],
    [24, '消火栓按钮', 'hydrant button'],
    [25, '火灾探测器', 'fire detector'],
    [30, '感温火灾探测器', 'heat detector'],
    [31, '点型感温火灾探测器', 'point heat detector'],
    [32, '点型感温火灾探测器（S型）', 'point heat detector (S)'],
    [33, '点型感温火灾探测器（R型）', 'point heat detector (R)'],
    [34, '线型感温火灾探测器', 'line heat detector'],
    [35, '线型感温火灾探测器（S型）', 'line heat detector (S)'],
    [36, '线型感温火灾探测器（R型）', 'line heat detector (R)'],
    [37, '光纤感温火灾探测器', 'fibre-optic heat detector'],
    [40, '感烟火灾探测器', 'smoke detector'],
    [41, '点型离子感烟火灾探测器', 'point ionisation smoke detector'],
    [42, '点型光电感烟火灾探测器', 'point photoelectric smoke detector'],
    [43, '线型光束感烟火灾探测器', 'beam smoke detector'],
    [44, '吸气式感烟火灾探测器', 'aspirating smoke detector'],
    [50, '复合式火灾探测器', 'combined fire detector'],
    [51, '复合式感烟感温火灾探测器', 'combined smoke and heat detector'],
    [52, '复合式感光感温火灾探测器', 'combined flame and heat detector'],
    [53, '复合式感光感烟火灾探测器', 'combined flame and smoke detector'],
    [61, '紫外火焰探测器', 'ultraviolet flame detector'],
    [62, '红外火焰探测器', 'infrared flame detector'],
    [69, '感光火灾探测器', 'flame detector'],
    [74, '气体探测器', 'gas detector'],
    [78, '图像摄像方式火灾探测器', 'video fire detector'],
    [79, '感声火灾探测器', 'acoustic fire detector'],
    [81, '气体灭火控制器', 'gas extinguishing controller'],
    [82, '消防电气控制装置', 'fire electrical control device'],
    [83, '消防控制室图形显示装置', 'graphic display of the fire control room'],
    [84, '模块', 'module'],
    [85, '输入模块', 'input module'],
    [86, '输出模块', 'output module'],
    [87, '输入/输出模块', 'input and output module'],
    [88, '中继模块', 'relay module'],
    [91, '消防水泵', 'fire pump'],
    [92, '消防水箱', 'fire water tank'],
    [95, '喷淋泵', 'sprinkler pump'],
    [96, '水流指示器', 'water flow indicator'],
    [97, '信号阀', 'signal valve'],
    [98, '报警阀', 'alarm valve'],
    [99, '压力开关', 'pressure switch'],
    [101, '阀驱动装置', 'valve actuator'],
    [102, '防火门', 'fire door'],
    [103, '防火阀', 'fire damper'],
    [104, '通风空调', 'ventilation and air conditioning'],
    [105, '泡沫液泵', 'foam concentrate pump'],
    [106, '管网电磁阀', 'pipe network solenoid valve'],
    [111, '防烟排烟风机', 'smoke control and exhaust fan'],
    [113, '排烟防火阀', 'smoke exhaust fire damper'],
    [114, '常闭送风口', 'normally closed air inlet'],
    [115, '排烟口', 'smoke outlet'],
    [116, '电控挡烟垂壁', 'electric smoke curtain'],
    [117, '防火卷帘控制器', 'fire shutter controller'],
    [118, '防火门监控器', 'fire door monitor'],
    [121, '警报装置', 'alarm sounder'],
  ],
  reserved,
)

/** One bit of a state or operation word. `clear` is what a 0 says, where it says more than the contrary. */
export interface Bit {
  readonly key: string
  readonly set: { readonly zh: string; readonly en: string }
  readonly clear?: { readonly zh: string; readonly en: string }
}

const bit = (key: string, zh: string, en: string): Bit => ({ key, set: { zh, en } })

const running: Bit = { ...bit('normal', '正常运行', 'normal'), clear: { zh: '测试状态', en: 'under test' } }
const commonBits: readonly Bit[] = [
  running,
  bit('fire', '火警', 'fire alarm'),
  bit('fault', '故障', 'fault'),
  bit('shielded', '屏蔽', 'shielded'),
  bit('supervision', '监管', 'supervision'),
  bit('started', '启动（开启）', 'started (open)'),
  bit('feedback', '反馈', 'feedback'),
  bit('delayed', '延时', 'delayed'),
]

/** Bits from the lowest [GB/T 26875.3-2011 table 6]. */
export const systemBits: readonly Bit[] = [
  ...commonBits,
  bit('mainsFault', '主电故障', 'mains fault'),
  bit('batteryFault', '备电故障', 'battery fault'),
  bit('busFault', '总线故障', 'bus fault'),
  { ...bit('manual', '手动状态', 'manual'), clear: { zh: '自动状态', en: 'automatic' } },
  bit('configured', '配置改变', 'configuration changed'),
  bit('reset', '复位', 'reset'),
]

/** [GB/T 26875.3-2011 table 7] */
export const componentBits: readonly Bit[] = [...commonBits, bit('powerFault', '电源故障', 'power fault')]

/** [GB/T 26875.3-2011 table 12] */
export const deviceBits: readonly Bit[] = [
  { ...running, set: { zh: '正常监视状态', en: 'normal watch' } },
  bit('fire', '火警', 'fire alarm'),
  bit('fault', '故障', 'fault'),
  bit('mainsFault', '主电故障', 'mains fault'),
  bit('batteryFault', '备电故障', 'battery fault'),
  bit('centreLinkFault', '与监控中心通信信道故障', 'link to the centre faulty'),
  bit('lineFault', '监测连接线路故障', 'watched line faulty'),
]

const operations = (sixth: Bit): readonly Bit[] => [
  bit('resetDone', '复位', 'reset'),
  bit('silenced', '消音', 'silenced'),
  bit('manualAlarm', '手动报警', 'manual alarm'),
  bit('alarmCleared', '警情消除', 'alarm cleared'),
  bit('selfTest', '自检', 'self-test'),
  sixth,
  bit('tested', '测试', 'test'),
]

/** Operations on fire-fighting systems [GB/T 26875.3-2011 table 9]. */
export const systemOperations = operations(bit('acknowledged', '确认', 'acknowledged'))
/** Operations on the transmission device [GB/T 26875.3-2011 table 13]. */
export const deviceOperations = operations(bit('onDuty', '查岗应答', 'answered the duty call'))

/** An analog quantity: value = signed 16 bits × `step` [GB/T 26875.3-2011 table 8]. */
export interface Quantity {
  readonly key: string
  readonly unit: string
  readonly decimals: number
}

export const quantities: ReadonlyMap<number, Quantity> = new Map(
  (
    [
      [1, 'count', '', 0],
      [2, 'height', 'm', 2],
      [3, 'temperature', '°C', 1],
      [4, 'pressureMpa', 'MPa', 1],
      [5, 'pressureKpa', 'kPa', 1],
      [6, 'gas', '%LEL', 1],
      [7, 'duration', 's', 0],
      [8, 'voltage', 'V', 1],
      [9, 'current', 'A', 1],
      [10, 'flow', 'L/s', 1],
      [11, 'airVolume', 'm³/min', 1],
      [12, 'airSpeed', 'm/s', 0],
    ] as const
  ).map(([code, key, unit, decimals]) => [code, { key, unit, decimals }]),
)
