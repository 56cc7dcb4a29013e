import { useQuery, useQueryClient } from "@tanstack/react-query";

import { api, told } from "../api/client";
import type { components } from "../api/schema";

export type Webhook = components["schemas"]["WebhookView"];
export type NewWebhook = components["schemas"]["WebhookBody"];

const KEY = ["webhooks"];

/** The org's webhooks, those that are turned off too. */
export function useWebhooks() {
  return useQuery({
    queryKey: KEY,
    queryFn: async () => {
      const [on, off] = await Promise.all(
        (["ENABLED", "DISABLED"] as const).map((status) => told(api.GET("/v2/events/webhooks", { params: { query: { status } } }))),
      );
      return { on: on?.data ?? [], off: off?.data ?? [] };
    },
  });
}

export function useWebhookChanges() {
  const queries = useQueryClient();
  const changed = () => queries.invalidateQueries({ queryKey: KEY });
  return {
    create: async (body: NewWebhook) => {
      const made = await told(api.POST("/v2/events/webhook", { body }));
      await changed();
      return made;
    },
    disable: async (id: string) => {
      await told(api.PUT("/v2/events/webhook/disable", { body: { webHookId: id } }));
      await changed();
    },
  };
}
