import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { read } from "../api/client";

export interface CountRow {
  status?: string;
  eventName?: string;
  webhookId?: string;
  time?: number;
  count: number;
}

/** How many entries there are with these filters, by what is asked for. */
export function useCounts(question: string, by: string[], bucket: string, refetchMs: number | false = false, isWanted = true) {
  return useQuery({
    queryKey: ["counts", question, by, bucket],
    enabled: isWanted,
    placeholderData: keepPreviousData,
    refetchInterval: refetchMs,
    queryFn: async ({ signal }): Promise<CountRow[]> => {
      const asked = new URLSearchParams(question);
      for (const one of by) asked.append("by", one);
      if (by.includes("time")) asked.set("bucket", bucket);
      const answer = await read("/v2/events/logs/counts", asked, signal);
      return ((await answer.json()) as { data: CountRow[] }).data;
    },
  });
}
