import { useQuery, useQueryClient } from "@tanstack/react-query";

import { api, told } from "../api/client";
import { ApiFailure } from "../api/errors";
import type { components } from "../api/schema";

export type Definition = components["schemas"]["DefinitionView"];
export type Field = Definition["fields"][number];
export type DefinitionBody = components["schemas"]["DefinitionBody"];

const KEY = ["definitions"];

/** The org's definitions; the disabled ones are asked for by themselves. */
export function useDefinitions() {
  return useQuery({
    queryKey: KEY,
    queryFn: async () => {
      const [here, gone] = await Promise.all([
        told(api.GET("/v2/events")),
        told(api.GET("/v2/events", { params: { query: { status: "DISABLED" } } })),
      ]);
      const found = here.data.map((one) => one.clickEventsMeta);
      const known = new Set(found.map((one) => one.eventName));
      return [...found, ...gone.data.map((one) => one.clickEventsMeta).filter((one) => !known.has(one.eventName))];
    },
  });
}

export type TransformerMappings = components["schemas"]["TransformerMappings"];

/** One definition with its mappings, also a disabled one; null where there is none of that name. */
export function useDefinition(name: string) {
  return useQuery({
    queryKey: [...KEY, name],
    queryFn: async () => {
      for (const status of [undefined, "DISABLED"] as const) {
        try {
          const query = { event_name: name, ...(status === undefined ? {} : { status }) };
          return await told(api.GET("/v2/events/meta", { params: { query } }));
        } catch (error) {
          if (!(error instanceof ApiFailure) || error.status !== 404) throw error;
        }
      }
      return null;
    },
  });
}

export function useDefinitionChanges() {
  const queries = useQueryClient();
  const changed = async () => {
    await queries.invalidateQueries({ queryKey: KEY });
    await queries.invalidateQueries({ queryKey: ["event-names"] });
    await queries.invalidateQueries({ queryKey: ["audit"] });
    await queries.invalidateQueries({ queryKey: ["mappings"] });
  };
  const named = (name: string) => ({ params: { query: { event_name: name } } });
  return {
    create: async (body: DefinitionBody) => {
      await told(api.POST("/v2/events", { body }));
      await changed();
    },
    update: async (body: DefinitionBody) => {
      await told(api.PUT("/v2/events", { body }));
      await changed();
    },
    publish: async (name: string) => {
      await told(api.PUT("/v2/events/publish", named(name)));
      await changed();
    },
    disable: async (name: string) => {
      await told(api.PUT("/v2/events/disable", named(name)));
      await changed();
    },
    changed,
  };
}
