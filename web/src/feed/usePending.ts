import { useQuery } from "@tanstack/react-query";

import { type Entry, read } from "../api/client";

const SHOWN_MAX = 100;

/** The events that wait for their consumer. */
export function usePending() {
  const pending = useQuery({
    queryKey: ["pending"],
    refetchInterval: 10_000,
    queryFn: async ({ signal }) => {
      const answer = await read("/v2/events/pending", new URLSearchParams({ limit: String(SHOWN_MAX) }), signal);
      return (await answer.json()) as { data: Entry[]; warnings: unknown[] };
    },
  });
  return {
    entries: pending.data?.data,
    count: pending.data?.data.length ?? 0,
    isMore: (pending.data?.warnings.length ?? 0) > 0,
    error: pending.error,
  };
}
