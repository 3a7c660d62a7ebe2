const LUNAR_DAY_HOURS = 24.84;
const MEAN_LEVEL = 2.1;
const AMPLITUDE = 1.4;

/** Height of the tide for each hour of the day that `date` falls on: two highs in a lunar day. */
export function heights(date) {
  const midnight = Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / 3.6e6;
  return Array.from({ length: 24 }, (_, hour) => {
    const phase = (((midnight + hour) % LUNAR_DAY_HOURS) / LUNAR_DAY_HOURS) * 4 * Math.PI;
    return { hour, metres: MEAN_LEVEL + AMPLITUDE * Math.cos(phase) };
  });
}
