// Tables of JT/T 808. Where the editions differ, the row of 2019 is given, and the older one where 2019 has none.
import { type TermRow, termTable } from '../frames/term.ts'

const messages: readonly TermRow[] = [
  [0x0001, '终端通用应答', 'terminal general answer'],
  [0x0002, '终端心跳', 'heartbeat'],
  [0x0003, '终端注销', 'terminal logs out'],
  [0x0004, '查询服务器时间请求', 'asks for the server’s time'],
  [0x0005, '终端补传分包请求', 'terminal asks for packets again'],
  [0x0100, '终端注册', 'terminal registers'],
  [0x0102, '终端鉴权', 'terminal authenticates'],
  [0x0104, '查询终端参数应答', 'answer with parameters'],
  [0x0107, '查询终端属性应答', 'answer with attributes'],
  [0x0108, '终端升级结果通知', 'result of an update'],
  [0x0200, '位置信息汇报', 'position report'],
  [0x0201, '位置信息查询应答', 'answer with position'],
  [0x0301, '事件报告', 'event report'],
  [0x0302, '提问应答', 'answer to a question'],
  [0x0303, '信息点播/取消', 'subscribes to information'],
  [0x0500, '车辆控制应答', 'answer to vehicle control'],
  [0x0608, '查询区域或线路数据应答', 'answer with areas or routes'],
  [0x0700, '行驶记录数据上传', 'driving record'],
  [0x0701, '电子运单上报', 'electronic waybill'],
  [0x0702, '驾驶员身份信息采集上报', 'driver identity'],
  [0x0704, '定位数据批量上传', 'batch of positions'],
  [0x0705, 'CAN总线数据上传', 'CAN bus data'],
  [0x0800, '多媒体事件信息上传', 'multimedia event'],
  [0x0801, '多媒体数据上传', 'multimedia data'],
  [0x0802, '存储多媒体数据检索应答', 'answer to a multimedia search'],
  [0x0805, '摄像头立即拍摄命令应答', 'answer to a camera command'],
  [0x0900, '数据上行透传', 'data passed through upwards'],
  [0x0901, '数据压缩上报', 'compressed data'],
  [0x0a00, '终端RSA公钥', 'public key of the terminal'],
  [0x8001, '平台通用应答', 'platform general answer'],
  [0x8003, '服务器补传分包请求', 'platform asks for packets again'],
  [0x8004, '查询服务器时间应答', 'answer with the server’s time'],
  [0x8100, '终端注册应答', 'answer to registration'],
  [0x8103, '设置终端参数', 'set parameters'],
  [0x8104, '查询终端参数', 'read parameters'],
  [0x8105, '终端控制', 'control of the terminal'],
  [0x8106, '查询指定终端参数', 'read named parameters'],
  [0x8107, '查询终端属性', 'read attributes'],
  [0x8108, '下发终端升级包', 'update package'],
  [0x8201, '位置信息查询', 'read position'],
  [0x8202, '临时位置跟踪控制', 'follow position for a while'],
  [0x8203, '人工确认报警消息', 'alarm acknowledged by a person'],
  [0x8204, '链路检测', 'link check'],
  [0x8300, '文本信息下发', 'text to the terminal'],
  [0x8301, '事件设置', 'set events'],
  [0x8302, '提问下发', 'question'],
  [0x8303, '信息点播菜单设置', 'set the information menu'],
  [0x8304, '信息服务', 'information'],
  [0x8400, '电话回拨', 'call back'],
  [0x8401, '设置电话本', 'set the phone book'],
  [0x8500, '车辆控制', 'vehicle control'],
  [0x8600, '设置圆形区域', 'set circular areas'],
  [0x8601, '删除圆形区域', 'delete circular areas'],
  [0x8602, '设置矩形区域', 'set rectangular areas'],
  [0x8603, '删除矩形区域', 'delete rectangular areas'],
  [0x8604, '设置多边形区域', 'set a polygonal area'],
  [0x8605, '删除多边形区域', 'delete polygonal areas'],
  [0x8606, '设置路线', 'set a route'],
  [0x8607, '删除路线', 'delete routes'],
  [0x8608, '查询区域或线路数据', 'read areas or routes'],
  [0x8700, '行驶记录数据采集命令', 'collect the driving record'],
  [0x8701, '行驶记录参数下传命令', 'set the driving recorder'],
  [0x8702, '上报驾驶员身份信息请求', 'asks for the driver identity'],
  [0x8800, '多媒体数据上传应答', 'answer to multimedia data'],
  [0x8801, '摄像头立即拍摄命令', 'camera command'],
  [0x8802, '存储多媒体数据检索', 'search of stored multimedia'],
  [0x8803, '存储多媒体数据上传', 'upload stored multimedia'],
  [0x8804, '录音开始命令', 'start recording sound'],
  [0x8805, '单条存储多媒体数据检索上传命令', 'upload one stored multimedia item'],
  [0x8900, '数据下行透传', 'data passed through downwards'],
  [0x8a00, '平台RSA公钥', 'public key of the platform'],
]

/** Messages [JT/T 808-2019 table A.1]. */
export const messageTerm = termTable(messages, { zh: '预留或厂家自定义', en: 'reserved or the maker’s own' })

const known: ReadonlySet<number> = new Set(messages.map(([id]) => id))
export const isKnownMessage = (id: number): boolean => known.has(id)

/** Results of a general answer [JT/T 808-2019 8.1, 8.2]. */
export const resultTerm = termTable([
  [0, '成功/确认', 'done'],
  [1, '失败', 'failed'],
  [2, '消息有误', 'message wrong'],
  [3, '不支持', 'not supported'],
  [4, '报警处理确认', 'alarm acknowledged'],
])

/** Results of a registration [JT/T 808-2019 8.9]. */
export const registrationTerm = termTable([
  [0, '成功', 'done'],
  [1, '车辆已被注册', 'vehicle already registered'],
  [2, '数据库中无该车辆', 'vehicle unknown'],
  [3, '终端已被注册', 'terminal already registered'],
  [4, '数据库中无该终端', 'terminal unknown'],
])

/** [JT/T 697.7] */
export const plateColour = termTable([
  [0, '未上车牌', 'no plate'],
  [1, '蓝色', 'blue'],
  [2, '黄色', 'yellow'],
  [3, '黑色', 'black'],
  [4, '白色', 'white'],
  [5, '绿色', 'green'],
  [9, '其他', 'other'],
])

/** A bit of the alarm or status word that has one meaning when set. */
export interface Bit {
  readonly code: number
  readonly key: string
  readonly zh: string
  readonly en: string
}

const bits = (rows: readonly (readonly [code: number, key: string, zh: string, en: string])[]): readonly Bit[] =>
  rows.map(([code, key, zh, en]) => ({ code, key, zh, en }))

/** [JT/T 808-2019 table 24]; bit 31 of the edition of 2013. */
export const alarmBits = bits([
  [0, 'emergency', '紧急报警', 'emergency'],
  [1, 'overspeed', '超速报警', 'overspeed'],
  [2, 'fatigue', '疲劳驾驶报警', 'driver fatigue'],
  [3, 'danger', '危险驾驶行为报警', 'dangerous driving'],
  [4, 'gnssFault', 'GNSS模块发生故障', 'GNSS module faulty'],
  [5, 'antennaOpen', 'GNSS天线未接或被剪断', 'GNSS antenna not connected or cut'],
  [6, 'antennaShort', 'GNSS天线短路', 'GNSS antenna short-circuited'],
  [7, 'powerLow', '终端主电源欠压', 'main power low'],
  [8, 'powerLost', '终端主电源掉电', 'main power lost'],
  [9, 'displayFault', '终端LCD或显示器故障', 'display faulty'],
  [10, 'speechFault', 'TTS模块故障', 'speech module faulty'],
  [11, 'cameraFault', '摄像头故障', 'camera faulty'],
  [12, 'cardFault', '道路运输证IC卡模块故障', 'transport licence card module faulty'],
  [13, 'overspeedWarning', '超速预警', 'overspeed warning'],
  [14, 'fatigueWarning', '疲劳驾驶预警', 'driver fatigue warning'],
  [15, 'illegalDriving', '违规行驶报警', 'driving against rules'],
  [16, 'tyreWarning', '胎压预警', 'tyre pressure warning'],
  [17, 'blindSpot', '右转盲区异常报警', 'right-turn blind spot'],
  [18, 'drivingTime', '当天累计驾驶超时', 'driving time of the day exceeded'],
  [19, 'parkingTime', '超时停车', 'parked too long'],
  [20, 'area', '进出区域', 'entered or left an area'],
  [21, 'route', '进出路线', 'entered or left a route'],
  [22, 'sectionTime', '路段行驶时间不足/过长', 'time on a road section too short or too long'],
  [23, 'offRoute', '路线偏离报警', 'off the route'],
  [24, 'speedSensorFault', '车辆VSS故障', 'vehicle speed sensor faulty'],
  [25, 'fuelAbnormal', '车辆油量异常', 'fuel level abnormal'],
  [26, 'stolen', '车辆被盗', 'vehicle stolen'],
  [27, 'illegalIgnition', '车辆非法点火', 'illegal ignition'],
  [28, 'illegalMove', '车辆非法位移', 'illegal movement'],
  [29, 'collision', '碰撞侧翻报警', 'collision'],
  [30, 'rollover', '侧翻预警', 'rollover warning'],
  [31, 'illegalDoor', '非法开门报警', 'illegal opening of a door'],
])

/** [JT/T 808-2019 table 25]; bits 2, 3, 8 and 9 are said otherwise. */
export const statusBits = bits([
  [0, 'acc', 'ACC开', 'ignition on'],
  [1, 'positioned', '定位', 'positioned'],
  [4, 'outOfService', '停运状态', 'out of service'],
  [5, 'positionEncrypted', '经纬度已经保密插件加密', 'position encrypted'],
  [6, 'forwardWarning', '紧急刹车系统采集的前撞预警', 'forward collision warning'],
  [7, 'laneWarning', '车道偏移预警', 'lane departure warning'],
  [10, 'fuelCut', '车辆油路断开', 'fuel line cut'],
  [11, 'powerCut', '车辆电路断开', 'electric circuit cut'],
  [12, 'doorLocked', '车门加锁', 'doors locked'],
  [13, 'frontDoorOpen', '门1开（前门）', 'door 1 (front) open'],
  [14, 'middleDoorOpen', '门2开（中门）', 'door 2 (middle) open'],
  [15, 'backDoorOpen', '门3开（后门）', 'door 3 (back) open'],
  [16, 'driverDoorOpen', '门4开（驾驶席门）', 'door 4 (driver) open'],
  [17, 'fifthDoorOpen', '门5开（自定义）', 'door 5 (the user’s own) open'],
  [18, 'gps', '使用GPS卫星进行定位', 'GPS used'],
  [19, 'beidou', '使用北斗卫星进行定位', 'BeiDou used'],
  [20, 'glonass', '使用GLONASS卫星进行定位', 'GLONASS used'],
  [21, 'galileo', '使用Galileo卫星进行定位', 'Galileo used'],
  [22, 'moving', '车辆处于行驶状态', 'vehicle moving'],
])

/** Bits 8 and 9 of the status word. */
export const loadTerm = termTable([
  [0, '空车', 'empty'],
  [1, '半载', 'half loaded'],
  [2, '保留', 'reserved'],
  [3, '满载', 'fully loaded'],
])

/** Extended vehicle signals, item 25 [JT/T 808-2019 table 31]. */
export const signalBits = bits([
  [0, 'lowBeam', '近光灯信号', 'low beam'],
  [1, 'highBeam', '远光灯信号', 'high beam'],
  [2, 'rightTurn', '右转向灯信号', 'right turn signal'],
  [3, 'leftTurn', '左转向灯信号', 'left turn signal'],
  [4, 'brake', '制动信号', 'brake'],
  [5, 'reverse', '倒档信号', 'reverse gear'],
  [6, 'fogLamp', '雾灯信号', 'fog lamp'],
  [7, 'outlineLamp', '示廓灯', 'outline marker lamp'],
  [8, 'horn', '喇叭信号', 'horn'],
  [9, 'airConditioning', '空调状态', 'air conditioning'],
  [10, 'neutral', '空档信号', 'neutral gear'],
  [11, 'retarder', '缓速器工作', 'retarder working'],
  [12, 'abs', 'ABS工作', 'ABS working'],
  [13, 'heater', '加热器工作', 'heater working'],
  [14, 'clutch', '离合器状态', 'clutch'],
])

/** States of inputs and outputs, item 2A [JT/T 808-2019 table 32]. */
export const ioBits = bits([
  [0, 'deepSleep', '深度休眠状态', 'deep sleep'],
  [1, 'sleep', '休眠状态', 'sleep'],
])
