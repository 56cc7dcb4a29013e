import { Center, Loader } from "@mantine/core";
import { lazy, Suspense } from "react";
import { Route, Switch } from "wouter";

import { EmptyState } from "../parts/EmptyState";
import { FeedPage } from "../feed/FeedPage";

const EventPage = lazy(() => import("../event/EventPage"));

/** Which page a path shows. All but the feed are loaded when they are first looked at. */
export function Pages() {
  return (
    <Suspense
      fallback={
        <Center h="50vh">
          <Loader aria-label="Loading" />
        </Center>
      }
    >
      <Switch>
        <Route path="/" component={FeedPage} />
        <Route path="/events/:id">{(parameters) => <EventPage id={parameters.id} />}</Route>
        <Route>
          <EmptyState title="There is no such page" text="The address may be mistyped, or the page has moved." />
        </Route>
      </Switch>
    </Suspense>
  );
}
