/** Line icons of the rail and the bar, 20 by 20, stroke only. */
export const icons = {
  now: ['M2.5 11h3.2l2-6 3.4 11 2.3-7.2 1 2.2h3.1'],
  alarms: ['M10 3.2 17.6 16.4H2.4Z', 'M10 8v3.8M10 14v.2'],
  orders: ['M4 3.5h12v13H4z', 'm6.8 8 1.2 1.2L10 7M6.8 12.6 8 13.8l2-2.2M12 8.4h2M12 13h2'],
  map: ['m2.8 5 4.8-1.7 4.8 1.7 4.8-1.7v11.7l-4.8 1.7-4.8-1.7-4.8 1.7Z', 'M7.6 3.3V15M12.4 5v11.7'],
  trend: ['M3 3.5v13h14', 'm5.5 12.5 3-4 3 2 4-5.5'],
  findings: ['M2.5 13h4l1.6-9 2.2 11 1.4-4.5 1 2.5h4.8'],
  ledger: ['M4 3.5h12v13H4z', 'M7 7.2h6M7 10h6M7 12.8h3.5'],
  down: ['m6 8 4 4 4-4'],
  clock: ['M10 3a7 7 0 1 0 .01 0', 'M10 6v4.2l2.8 1.6'],
} as const
export type IconName = keyof typeof icons
