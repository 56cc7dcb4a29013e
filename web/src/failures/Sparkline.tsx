const WIDTH = 140;
const HEIGHT = 30;

/** Counts over time as a row of small bars. */
export function Sparkline({ values, label }: { values: number[]; label: string }) {
  const top = Math.max(1, ...values);
  const step = WIDTH / Math.max(values.length, 1);
  return (
    <svg width={WIDTH} height={HEIGHT} role="img" aria-label={`${label}, over time`} style={{ display: "block" }}>
      {values.map((value, at) => {
        const height = value === 0 ? 1 : Math.max(2, (value / top) * HEIGHT);
        return <rect key={at} x={at * step} y={HEIGHT - height} width={Math.max(1, step - 1)} height={height} fill={value === 0 ? "var(--mantine-color-default-border)" : "var(--mantine-color-orange-6)"} />;
      })}
    </svg>
  );
}
