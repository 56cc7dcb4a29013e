import "uplot/dist/uPlot.min.css";

import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import UPlot from "uplot";

import { useWho } from "../api/session";
import { axisLabels } from "./axis";
import { type Bucket, LENGTH_MS, type Series } from "./buckets";
import { HEIGHT_PX, KINDS, summaryOf } from "./kinds";

const DAY_SECONDS = 86_400;

interface Props {
  series: Series;
  bucket: Bucket;
  width: number;
  onRange: (fromMs: number, toMs: number) => void;
}

/** The bars; loaded apart, because what draws them is large and the table need not wait for it. */
export default function HistogramChart({ series, bucket, width, onRange }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme("light");
  const { timeZone } = useWho();
  const latest = useRef(onRange);
  useEffect(() => {
    latest.current = onRange;
  });
  useEffect(() => {
    const target = host.current;
    if (target === null || series.times.length === 0 || width === 0) return undefined;
    const chart = new UPlot(optionsOf(width, bucket, scheme, timeZone, (from, to) => latest.current(from, to)), stacked(series), target);
    return () => chart.destroy();
  }, [series, bucket, width, scheme, timeZone]);
  return <div ref={host} role="img" aria-label={summaryOf(series, bucket)} />;
}

/** Each series with those below it, the tallest first: bars are drawn over each other. */
function stacked({ times, good, bad, refused }: Series): UPlot.AlignedData {
  const two = good.map((count, at) => count + (bad[at] ?? 0));
  const three = two.map((count, at) => count + (refused[at] ?? 0));
  return [times, three, two, good];
}

function optionsOf(width: number, bucket: Bucket, scheme: "light" | "dark", zone: string, onRange: (from: number, to: number) => void): UPlot.Options {
  const ink = scheme === "dark" ? "#a6a7ab" : "#5c636a";
  const grid = { stroke: scheme === "dark" ? "#2e2e2e" : "#f1f3f5", width: 1 };
  const step = LENGTH_MS[bucket] / 1000;
  const bars = UPlot.paths.bars?.({ size: [0.86, 40], align: 1 });
  return {
    width,
    height: HEIGHT_PX,
    // Room on the right for half of the last date.
    padding: [null, 34, null, null],
    tzDate: (seconds) => UPlot.tzDate(new Date(seconds * 1000), zone),
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: false } },
    select: { show: true, left: 0, top: 0, width: 0, height: 0 },
    scales: { x: { range: (_, min, max) => [min, max + step] }, y: { range: (_, __, max) => [0, Math.max(1, max * 1.08)] } },
    axes: [
      { stroke: ink, grid: { show: false }, ticks: { show: false }, size: 34, space: 64, font: "11px system-ui", values: (_, splits, __, ___, step) => axisLabels(splits, zone, step >= DAY_SECONDS) },
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
