/**
 * Sets an entry as the newest of a map. Above `most` the oldest other one that may go leaves it; where
 * none may, it grows.
 */
export function setNewest<V>(
  map: Map<string, V>,
  [key, value]: readonly [key: string, value: V],
  most: number,
  mayGo: (value: V) => boolean = () => true,
): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= most) return;
  for (const [other, each] of map) {
    if (other === key || !mayGo(each)) continue;
    map.delete(other);
    return;
  }
}
