import { Center, Loader } from "@mantine/core";
import { lazy, Suspense } from "react";
import { Route, Switch } from "wouter";

import { FeedPage } from "../feed/FeedPage";
import { EmptyState } from "../parts/EmptyState";

const CustomerPage = lazy(() => import("../customer/CustomerPage"));
const DefinitionPage = lazy(() => import("../definitions/DefinitionPage"));
const DefinitionsPage = lazy(() => import("../definitions/DefinitionsPage"));
const EditorPage = lazy(() => import("../definitions/EditorPage"));
const EventPage = lazy(() => import("../event/EventPage"));
const FailuresPage = lazy(() => import("../failures/FailuresPage"));
const KeysPage = lazy(() => import("../keys/KeysPage"));
const MappingEditorPage = lazy(() => import("../mappings/MappingEditorPage"));
const MappingPage = lazy(() => import("../mappings/MappingPage"));
const MappingsPage = lazy(() => import("../mappings/MappingsPage"));
const OverviewPage = lazy(() => import("../overview/OverviewPage"));
const PendingPage = lazy(() => import("../pending/PendingPage"));
const ReplayPage = lazy(() => import("../replays/ReplayPage"));
const ReplaysPage = lazy(() => import("../replays/ReplaysPage"));
const StandardPage = lazy(() => import("../standard/StandardPage"));
const StartPage = lazy(() => import("../start/StartPage"));
const WebhooksPage = lazy(() => import("../webhooks/WebhooksPage"));

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
        <Route path="/events/:id">{({ id }) => <EventPage key={id} id={id} />}</Route>
        <Route path="/overview" component={OverviewPage} />
        <Route path="/pending" component={PendingPage} />
        <Route path="/failures" component={FailuresPage} />
        <Route path="/customers">{() => <CustomerPage />}</Route>
        <Route path="/customers/:customer">{({ customer }) => <CustomerPage key={customer} customer={decodeURIComponent(customer)} />}</Route>
        <Route path="/definitions" component={DefinitionsPage} />
        <Route path="/definitions/new">{() => <EditorPage />}</Route>
        <Route path="/definitions/:name">{({ name }) => <DefinitionPage key={name} name={decodeURIComponent(name)} />}</Route>
        <Route path="/definitions/:name/edit">{({ name }) => <EditorPage key={name} name={decodeURIComponent(name)} />}</Route>
        <Route path="/replays" component={ReplaysPage} />
        <Route path="/replays/:id">{({ id }) => <ReplayPage key={id} id={id} />}</Route>
        <Route path="/standard" component={StandardPage} />
        <Route path="/mappings" component={MappingsPage} />
        <Route path="/mappings/:name">{({ name }) => <MappingPage key={name} name={decodeURIComponent(name)} />}</Route>
        <Route path="/mappings/:name/edit">{({ name }) => <MappingEditorPage key={name} name={decodeURIComponent(name)} />}</Route>
        <Route path="/webhooks" component={WebhooksPage} />
        <Route path="/keys" component={KeysPage} />
        <Route path="/start" component={StartPage} />
        <Route>
          <EmptyState title="There is no such page" text="The address may be mistyped, or the page has moved." />
        </Route>
      </Switch>
    </Suspense>
  );
}
