import { useQuery, useQueryClient } from "@tanstack/react-query";

import { api, told } from "../api/client";
import type { components } from "../api/schema";

export type SavedFilter = components["schemas"]["SavedFilterView"];

const KEY = ["saved-filters"];
const NAME = /^[A-Za-z0-9_-]{1,50}$/;

/** Why a filter cannot be saved under a name; undefined when it can. */
export function nameProblem(name: string): string | undefined {
  return NAME.test(name) ? undefined : "1 to 50 letters, digits, _ or -";
}

/** The filters that the org has saved, by name. */
export function useSavedFilters() {
  const queries = useQueryClient();
  const changed = () => queries.invalidateQueries({ queryKey: KEY });
  const saved = useQuery({ queryKey: KEY, staleTime: 30_000, queryFn: async () => (await told(api.GET("/v2/events/filters"))).data });
  return {
    saved,
    /** Save under a new name, or in place of what the name means so far. */
    save: async (name: string, query: string, description: string, isNew: boolean) => {
      if (isNew) await told(api.POST("/v2/events/filters", { body: { name, query, description } }));
      else await told(api.PUT("/v2/events/filters/{filter_name}", { params: { path: { filter_name: name } }, body: { query, description } }));
      await changed();
    },
    remove: async (name: string) => {
      await told(api.DELETE("/v2/events/filters/{filter_name}", { params: { path: { filter_name: name } } }));
      await changed();
    },
  };
}
