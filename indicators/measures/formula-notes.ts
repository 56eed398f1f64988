import type { Name } from '@civitals/contracts/registry'

interface FormulaNote {
  /** Counts up when the same inputs would give another value. */
  readonly version: number
  readonly says: Name
}

/** What each measure does, for people who read why an indicator stands where it stands. */
export const formulaNotes: Readonly<Record<string, FormulaNote>> = {
  'window-mean': { version: 1, says: { zh: '窗口内读数的均值', en: 'mean of the readings in the window' } },
  'window-max': { version: 1, says: { zh: '窗口内最大值', en: 'highest reading in the window' } },
  'window-min': { version: 1, says: { zh: '窗口内最小值', en: 'lowest reading in the window' } },
  'latest-max': { version: 1, says: { zh: '最近时段的最大值', en: 'highest reading of the newest minutes' } },
  'latest-min': { version: 1, says: { zh: '最近时段的最小值', en: 'lowest reading of the newest minutes' } },
  'median-magnitude': {
    version: 1,
    says: { zh: '各分钟均值的中位数之绝对值', en: 'magnitude of the median of the minutes' },
  },
  'persisted-max': {
    version: 1,
    says: { zh: '30 秒内始终不低于的最高值', en: 'highest value the newest 30 s never fell below' },
  },
  'hours-mean': { version: 1, says: { zh: '有效小时均值的平均', en: 'mean of the valid hours' } },
  'pass-rate': {
    version: 2,
    says: {
      zh: '24 小时内合格读数占比，各点位按应报次数加权',
      en: 'share of readings that pass over 24 h; sites weigh by the readings they owe',
    },
  },
  'aqi-hourly': {
    version: 1,
    says: { zh: '六项污染物分指数的最大值', en: 'highest individual index of six pollutants' },
  },
  'heat-index': { version: 1, says: { zh: '气温与湿度合成的体感温度', en: 'heat index of temperature and humidity' } },
  'noise-excess': {
    version: 1,
    says: { zh: '时段等效声级减功能区限值', en: 'energy mean of the period less the limit of the zone' },
  },
  'traffic-index': {
    version: 1,
    says: { zh: '按流量加权的延误占比换算的运行指数', en: 'index of the delay share, links weighed by flow' },
  },
  'congested-share': {
    version: 1,
    says: { zh: '速度比不高于 0.40 的路段占比', en: 'share of links at or below 0.40 of their free speed' },
  },
  'parking-occupancy': { version: 1, says: { zh: '已占泊位占全部泊位', en: 'bays taken of all bays' } },
  pulse: {
    version: 1,
    says: { zh: '流量偏离同周同时的程度', en: 'how far the flow lies from the same hour of other weeks' },
  },
  'lamp-rate': { version: 1, says: { zh: '亮灯数占应亮数', en: 'lamps lit of lamps due' } },
  'abnormal-covers': { version: 1, says: { zh: '开启或倾斜的井盖占比', en: 'share of covers open or tilted' } },
  'overflow-share': { version: 1, says: { zh: '达到满溢线的箱体占比', en: 'share of bins filled to the limit' } },
  'minutes-above': {
    version: 2,
    says: {
      zh: '连续高于限值的分钟数，失联不停表',
      en: 'minutes above the limit without a break; silence does not stop the clock',
    },
  },
  'online-rate': {
    version: 1,
    says: { zh: '三个上报周期内有数的终端占比', en: 'terminals heard within three periods' },
  },
  completeness: {
    version: 1,
    says: { zh: '24 小时内应报周期的到报占比', en: 'periods that hold a reading, of those owed, 24 h' },
  },
  'valid-share': {
    version: 1,
    says: { zh: '收到读数中通过质控的占比', en: 'readings that passed quality control, of those received' },
  },
  'latency-p95': {
    version: 1,
    says: { zh: '观测到入账时延的 95 分位', en: '95th percentile from observation to settlement' },
  },
  'complaint-ratio': {
    version: 1,
    says: {
      zh: '近 24 小时诉求量与同期中位数之比',
      en: 'reports of 24 h over the median of the same hours of other weeks',
    },
  },
}
