/** The pages in the order of the navigation; `needs` is the scope without which a page makes no sense. */
export const NAVIGATION: { path: string; label: string; needs?: string }[] = [
  { path: "/", label: "Events" },
  { path: "/overview", label: "Overview" },
  { path: "/failures", label: "Failures" },
  { path: "/replays", label: "Replays" },
  { path: "/customers", label: "Customers" },
  { path: "/definitions", label: "Definitions" },
  { path: "/standard", label: "Standard events" },
  { path: "/mappings", label: "Mappings" },
  { path: "/webhooks", label: "Webhooks" },
  { path: "/keys", label: "API keys", needs: "admin" },
];
