/** Whether something about an indicator is a choice of the platform and of no standard; shown wherever it is. */
export const isConvention = (source: string): boolean => /platform convention/i.test(source)
