/** Whether a topic is one a subscription asked for [MQTT 3.1.1 4.7]. */
export function matchesFilter(filter: string, topic: string): boolean {
  const wanted = filter.split('/')
  const levels = topic.split('/')
  for (const [place, want] of wanted.entries()) {
    if (want === '#') return true
    if (place >= levels.length || (want !== '+' && want !== levels[place])) return false
  }
  return wanted.length === levels.length
}
