/** The pages in the order of the navigation; `needs` is the scope without which a page makes no sense. */
export const NAVIGATION: { path: string; label: string; needs?: string }[] = [{ path: "/", label: "Events" }];
