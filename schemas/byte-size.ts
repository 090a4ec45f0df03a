const UNITS: Record<string, number> = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** Bytes of `512m`, `4g`, `1.5g`, `65536`; undefined for anything else, zero included. */
export function parseByteSize(text: string): number | undefined {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)([kmg]?)b?$/i.exec(text.trim()) ?? [];
  const bytes = Math.round(Number(number) * (UNITS[unit.toLowerCase()] ?? 1));
  return bytes > 0 && Number.isSafeInteger(bytes) ? bytes : undefined;
}
