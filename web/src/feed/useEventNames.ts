import { useQuery } from "@tanstack/react-query";

import { read } from "../api/client";

/** The names of the org's definitions, for suggestions. */
export function useEventNames(isWanted: boolean): string[] {
  const names = useQuery({
    queryKey: ["event-names"],
    enabled: isWanted,
    staleTime: 60_000,
    queryFn: async ({ signal }) => {
      const answer = await read("/v2/events", new URLSearchParams(), signal);
      const body = (await answer.json()) as { data: { clickEventsMeta: { eventName: string } }[] };
      return body.data.map((one) => one.clickEventsMeta.eventName);
    },
  });
  return names.data ?? [];
}
