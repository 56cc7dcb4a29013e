import { useMemo } from "react";

import { type Bucket, finerOf, type Series, seriesOf } from "./buckets";
import { useCounts } from "./useCounts";

const BY = ["time", "status"];

/** What the histogram shows: as fine as what was found allows, at first as coarse as the period. */
export function useHistogram(question: string, coarsest: Bucket, refetchMs: number | false) {
  const first = useCounts(question, BY, coarsest, refetchMs);
  const fine = finerOf(coarsest, first.data);
  const second = useCounts(question, BY, fine, refetchMs, fine !== coarsest);
  const finest = fine === coarsest ? coarsest : finerOf(fine, second.data);
  const third = useCounts(question, BY, finest, refetchMs, finest !== fine);
  const counts = finest !== fine ? third : fine !== coarsest ? second : first;
  const series = useMemo((): Series | undefined => (counts.data === undefined ? undefined : seriesOf(counts.data, finest)), [counts.data, finest]);
  return { series, bucket: finest, error: first.error };
}
