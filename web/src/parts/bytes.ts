const UNITS = ["bytes", "KB", "MB", "GB", "TB"];

/** `734003200` as "734 MB": three digits are enough to see where the disk goes. */
export function bytesOf(count: number): string {
  const power = count < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(count) / 3));
  const value = count / 1000 ** power;
  const digits = power === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${UNITS[power] ?? ""}`;
}
