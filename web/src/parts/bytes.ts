const UNITS = ["bytes", "KB", "MB", "GB", "TB"];

/** `734003200` as "734 MB": three digits are enough to see where the disk goes. */
export function bytesOf(count: number): string {
  // Rounded before the unit is chosen: 999,999 is 1.00 MB, not 1000 KB.
  const rounded = Number(count.toPrecision(3));
  const exponent = Number(rounded.toExponential().split("e")[1]);
  const power = Math.max(0, Math.min(UNITS.length - 1, Math.floor(exponent / 3)));
  const value = rounded / 1000 ** power;
  const digits = power === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${UNITS[power] ?? ""}`;
}
