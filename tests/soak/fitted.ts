export interface Fitted {
  /** Where the line is at the first and at the last point. */
  first: number;
  last: number;
  /** What it rises by, for each unit of x. */
  slope: number;
}

/** The line of least squares through some points `[x, y]`. Pure. */
export function fitted(points: readonly (readonly [x: number, y: number])[]): Fitted {
  const mean = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanX, meanY] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
  const spread = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  const common = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  const slope = spread === 0 ? 0 : common / spread;
  const at = (x: number) => meanY + slope * (x - meanX);
  return { first: at(points[0]?.[0] ?? 0), last: at(points.at(-1)?.[0] ?? 0), slope };
}
