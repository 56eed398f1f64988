// What the columns of a register list are called, in Chinese and in English.

/**
 * What a column says of a point. `scale` may mean either way where it is above 1, `divisor` divides; `length` counts registers, `size` may
 * count bytes; a `register` is a name or an address.
 */
export type Field =
  | 'address'
  | 'name'
  | 'id'
  | 'function'
  | 'type'
  | 'length'
  | 'bytes'
  | 'order'
  | 'bit'
  | 'scale'
  | 'multiplier'
  | 'divisor'
  | 'offset'
  | 'decimals'
  | 'step'
  | 'unit'
  | 'range'
  | 'access'
  | 'class'
  | 'remark'
  | 'number'
  | 'register'
  | 'size'

/** Headings as they are written, without blanks and in small letters. */
const synonyms: Readonly<Record<Field, readonly string[]>> = {
  address: words(
    '地址 寄存器地址 起始地址 寄存器起始地址 首地址 数据地址 通信地址 通讯地址 点位地址 线圈地址',
    'modbus地址 plc地址 组态地址 寄存器编号 寄存器号 偏移地址 地址偏移 协议地址 plc或组态地址',
    '索引地址',
    'address addr addr. registeraddress regaddress regaddr startaddress startingaddress startaddr',
    'modbusaddress modbusregister dataaddress plcaddress registernumber registerno registerno.',
    'reg.no. wireaddress protocoladdress hexaddress decimaladdress addresshex addressdec',
    'startregister modbusregisteraddress modbusprotocolstartaddress inputregister holdingregister',
    'addressoffset registeroffset',
  ),
  name: words(
    '名称 参数 参数名 参数名称 寄存器名称 数据名称 变量 变量名 变量名称 点名 点位 点位名称 测点',
    '测点名称 数据项 数据项名称 信号名称 信号 项目 物理量 中文名 中文名称 英文名 英文名称 要素',
    '要素名称 测量参数',
    'name parameter parametername registername variable variablename signal signalname point',
    'pointname tag tagname dataitem item quantity measurement dataname chinesename englishname label documentedname',
    'measurand',
  ),
  id: words('标识 标识符 测点id 点id', 'id pointid identifier key'),
  function: words(
    '功能码 功能代码 功能 读功能码 读取功能码 寄存器类型 存储区 寄存器区 区域 modbus功能码 支持功能码',
    'function functioncode func fc functioncodes fun readfunction readfunctioncode registertype regtype',
    'table modbustable modbusfunction modbusfunctioncode func.code func. area functioncode(s)',
  ),
  type: words(
    '数据类型 类型 数据格式 格式 变量类型 数值类型 值类型 参数类型',
    'type datatype dataformat format variabletype valuetype encoding representation numericformat',
  ),
  length: words(
    '寄存器数 寄存器数量 寄存器个数 字数 寄存器长度 占用寄存器数',
    'registers words numberofregisters no.ofregisters registercount quantityofregisters wordcount',
    'registerlength noofregisters #registers #ofregisters numregisters regcount',
  ),
  size: words('长度 数据长度 字长 数量 个数', 'length len size count datalength'),
  bytes: words('字节 字节数 字节长度 字节数量', 'bytes numberofbytes bytecount lengthbytes'),
  order: words(
    '字节序 字节顺序 字序 大小端 高低位顺序 数据顺序 存储顺序 字节次序 编码顺序',
    'byteorder wordorder endian endianness order byte/wordorder registerorder byteandwordorder',
  ),
  bit: words('位 比特 位号 位地址', 'bit bitno bitno. bitnumber bitoffset bitposition bitaddress'),
  scale: words(
    '倍率 系数 比例 比例系数 缩放 缩放比例 换算系数 缩放系数 缩放因子 比例因子 转换系数 放大系数',
    '单位系数',
    'scale scaling scalefactor scalingfactor factor ratio gain coefficient conversion',
    'conversionfactor coeff',
  ),
  multiplier: words('乘数 乘以 乘系数', 'multiplier multiplyby multiply'),
  divisor: words('除数 除以 放大倍数 扩大倍数 放大倍率', 'divisor divideby divider'),
  offset: words('偏置 零点偏移 数据偏移 数值偏移 偏移值 偏移量 偏移', 'offset valueoffset bias zerooffset'),
  decimals: words(
    '小数位 小数位数 小数点 小数点位数 小数 小数点位置',
    'decimals decimal decimalplaces decimalplace decimalpoint decimaldigits dp digitsafterpoint',
    'numberofdecimals',
  ),
  step: words('分辨率 分辨力 最小单位 最小刻度 精度', 'resolution step lsb precision increment'),
  unit: words(
    '单位 数据单位 计量单位 工程单位 量纲',
    'unit units uom engineeringunit engineeringunits engunit dataunit',
  ),
  range: words(
    '量程 范围 取值范围 数据范围 测量范围 数值范围 有效范围 值域 上下限 取值',
    'range valuerange datarange validrange measuringrange measurementrange min/max limits minmax',
    'allowedvalues',
  ),
  access: words(
    '读写 读/写 属性 权限 访问 访问权限 读写属性 读写权限 操作 访问方式 读写方式',
    'r/w access rw readwrite read/write accessrights permission mode attribute accesstype ro/rw',
    'access(r/w)',
  ),
  class: words('采集等级 轮询等级', 'class pollclass polling'),
  remark: words(
    '备注 说明 描述 注释 含义 定义 内容 数据说明 备注说明 参数说明 枚举 状态说明 数据含义 枚举值 注',
    'remark remarks note notes description comment comments meaning definition explanation',
    'enum values enumeration details content',
  ),
  register: words('寄存器', 'register reg reg.'),
  number: words('序号 编号 行号', 'no no. # index sn s/n itemno itemno.'),
}

function words(...lists: readonly string[]): string[] {
  return lists.flatMap((list) => list.split(' '))
}

/** The field of a heading without blanks, in small letters. */
export const fieldOf: ReadonlyMap<string, Field> = new Map(
  Object.entries(synonyms).flatMap(([field, names]) => names.map((name) => [name, field as Field] as const)),
)
