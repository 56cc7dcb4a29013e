import { Box, Group, Skeleton, Text, useComputedColorScheme } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useEffect, useRef } from "react";
import UPlot from "uplot";

import { useWho } from "../api/session";
import { type Bucket, LENGTH_MS, type Series } from "./buckets";

const HEIGHT_PX = 112;
const KINDS = [
  { label: "refused", light: "#adb5bd", dark: "#5c636a" },
  { label: "failed", light: "#f08c00", dark: "#e8890c" },
  { label: "success", light: "#12b886", dark: "#0ca678" },
] as const;

interface Props {
  series: Series | undefined;
  bucket: Bucket;
  /** A range was dragged; epoch milliseconds, the end inclusive. */
  onRange: (fromMs: number, toMs: number) => void;
}

/** Events over time, stacked by how they ended; drag over it to narrow the period. */
export function Histogram({ series, bucket, onRange }: Props) {
  const { ref, width } = useElementSize();
  const host = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme("light");
  const { timeZone } = useWho();
  const latest = useRef(onRange);
  useEffect(() => {
    latest.current = onRange;
  });
  useEffect(() => {
    const target = host.current;
    if (target === null || series === undefined || series.times.length === 0 || width === 0) return undefined;
    const chart = new UPlot(optionsOf(width, bucket, scheme, timeZone, (from, to) => latest.current(from, to)), stacked(series), target);
    return () => chart.destroy();
  }, [series, bucket, width, scheme, timeZone]);

  return (
    <Box>
      <div ref={ref} style={{ height: HEIGHT_PX }}>
        {series === undefined ? <Skeleton height={HEIGHT_PX} /> : <div ref={host} role="img" aria-label={summaryOf(series, bucket)} />}
      </div>
      <Group gap="md" justify="flex-end">
        {[...KINDS].reverse().map((kind) => (
          <Group key={kind.label} gap={5}>
            <Box w={9} h={9} bg={kind[scheme]} style={{ borderRadius: 2 }} />
            <Text size="xs" c="dimmed">
              {kind.label}
            </Text>
          </Group>
        ))}
      </Group>
    </Box>
  );
}

function summaryOf(series: Series, bucket: Bucket): string {
  const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
  return `Events by ${bucket}: ${sum(series.good)} successes, ${sum(series.bad)} failures, ${sum(series.refused)} refused`;
}

/** Each series with those below it, the tallest first: bars are drawn over each other. */
function stacked({ times, good, bad, refused }: Series): UPlot.AlignedData {
  const two = good.map((count, at) => count + (bad[at] ?? 0));
  const three = two.map((count, at) => count + (refused[at] ?? 0));
  return [times, three, two, good];
}

function optionsOf(width: number, bucket: Bucket, scheme: "light" | "dark", zone: string, onRange: (from: number, to: number) => void): UPlot.Options {
  const ink = scheme === "dark" ? "#909296" : "#868e96";
  const grid = { stroke: scheme === "dark" ? "#2e2e2e" : "#f1f3f5", width: 1 };
  const step = LENGTH_MS[bucket] / 1000;
  const bars = UPlot.paths.bars?.({ size: [0.86, 40], align: 1 });
  return {
    width,
    height: HEIGHT_PX,
    tzDate: (seconds) => UPlot.tzDate(new Date(seconds * 1000), zone),
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: false } },
    select: { show: true, left: 0, top: 0, width: 0, height: 0 },
    scales: { x: { range: (_, min, max) => [min, max + step] }, y: { range: (_, __, max) => [0, Math.max(1, max * 1.08)] } },
    axes: [
      { stroke: ink, grid: { show: false }, ticks: { show: false }, size: 34, font: "11px system-ui" },
      { stroke: ink, grid, ticks: { show: false }, size: 44, font: "11px system-ui", splits: (_, __, ___, max) => [0, Math.ceil(max / 2), Math.floor(max)] },
    ],
    series: [
      {},
      ...KINDS.map((kind) => ({ label: kind.label, fill: kind[scheme], width: 0, points: { show: false }, ...(bars === undefined ? {} : { paths: bars }) })),
    ],
    hooks: {
      setSelect: [
        (chart) => {
          const { left, width: dragged } = chart.select;
          if (dragged < 4) return;
          const from = chart.posToVal(left, "x");
          const to = chart.posToVal(left + dragged, "x");
          onRange(Math.floor(from * 1000), Math.ceil(to * 1000) - 1);
        },
      ],
    },
  };
}
