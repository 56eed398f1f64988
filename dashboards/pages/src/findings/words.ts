import { address } from '../view/address.svelte.ts'

const zh = {
  title: '测值异常',
  says: '近 7 天内不合自身习惯的测点，供运行人员核查；不是告警，不改变读数与评分。突变与漂移每小时对照自身各周与邻近终端判断，其余随读数到达判断。整个终端失联另见传感网健康。',
  none: '近 7 天没有发现',
  kind: '类别',
  series: '测点',
  what: '依据',
  found: '发现',
  open: '持续中',
  over: '已结束',
}
const en: typeof zh = {
  title: 'Findings',
  says: 'Series that were off their own habits in the last 7 days, for the desk to look into: no alarms, and neither readings nor scores are changed. Level and drift are judged each hour beside the weeks before and the neighbours, the rest as readings arrive. A terminal that is silent as a whole shows in the health of the network.',
  none: 'Nothing in the last 7 days',
  kind: 'Kind',
  series: 'Series',
  what: 'What shows it',
  found: 'Found',
  open: 'goes on',
  over: 'over',
}

export const findingsWords = (): typeof zh => (address.language === 'zh' ? zh : en)
