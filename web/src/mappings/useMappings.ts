import { useQuery, useQueryClient } from "@tanstack/react-query";

import { api, told } from "../api/client";
import type { MappingBody } from "./mapping";

const KEY = ["mappings"];

/** The mappings of every event that is not disabled. */
export function useMappings() {
  return useQuery({ queryKey: KEY, queryFn: async () => (await told(api.GET("/v2/events/adapter_mapping"))).data });
}

/** The transformers that there are, under their documented names. */
export function useAdapters() {
  return useQuery({
    queryKey: ["adapters"],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () => (await told(api.GET("/v2/events/adapters_meta"))).data,
  });
}

export function useMappingChanges() {
  const queries = useQueryClient();
  return {
    /** One after another; where one is refused, those before it are saved. */
    post: async (bodies: MappingBody[]) => {
      try {
        for (const body of bodies) await told(api.POST("/v2/events/adapter_mapping", { body }));
      } finally {
        await queries.invalidateQueries({ queryKey: KEY });
        await queries.invalidateQueries({ queryKey: ["audit"] });
      }
    },
  };
}
