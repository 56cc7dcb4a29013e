import { Anchor } from "@mantine/core";
import type { ReactNode } from "react";
import { Link } from "wouter";

import { type Definition, useDefinition } from "../definitions/useDefinitions";
import { EmptyState } from "../parts/EmptyState";
import { Loaded } from "../parts/Loaded";
import { type EventMapping, mappingOf, type MappingItem } from "./mapping";
import { useMappings } from "./useMappings";

interface Found {
  known: EventMapping;
  definition: Definition;
  all: MappingItem[];
}

/** An event's mapping with its definition, or why there is none. */
export function MappedEvent({ name, children }: { name: string; children: (found: Found) => ReactNode }) {
  const mappings = useMappings();
  const definition = useDefinition(name);
  return (
    <Loaded query={mappings}>
      {(all) => (
        <Loaded query={definition}>
          {(found) => {
            const item = all.find((one) => one.eventName === name);
            if (item === undefined || found === null) {
              return (
                <EmptyState title={`No event to map is called ${name}`} text="Names are case-sensitive, and what is disabled cannot be mapped any more.">
                  <Anchor component={Link} href="/mappings">
                    All mappings
                  </Anchor>
                </EmptyState>
              );
            }
            return children({ known: mappingOf(item), definition: found.clickEventsMeta, all });
          }}
        </Loaded>
      )}
    </Loaded>
  );
}
