import { Box, Group, Skeleton, Text, useComputedColorScheme } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { lazy, Suspense } from "react";

import type { Bucket, Series } from "./buckets";
import { HEIGHT_PX, KINDS } from "./kinds";

const HistogramChart = lazy(() => import("./HistogramChart"));

interface Props {
  series: Series | undefined;
  bucket: Bucket;
  /** A range was dragged; epoch milliseconds, the end inclusive. */
  onRange: (fromMs: number, toMs: number) => void;
}

/** Events over time, stacked by how they ended; drag over it to narrow the period. Takes the same room from the start. */
export function Histogram({ series, bucket, onRange }: Props) {
  const { ref, width } = useElementSize();
  const scheme = useComputedColorScheme("light");
  return (
    <Box>
      <div ref={ref} style={{ height: HEIGHT_PX }}>
        {series === undefined ? (
          <Skeleton height={HEIGHT_PX} />
        ) : (
          <Suspense fallback={<Skeleton height={HEIGHT_PX} />}>
            <HistogramChart series={series} bucket={bucket} width={width} onRange={onRange} />
          </Suspense>
        )}
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
