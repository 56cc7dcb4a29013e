import {
  ActionIcon,
  AppShell,
  Box,
  Burger,
  Group,
  Image,
  Menu,
  NavLink,
  Text,
  UnstyledButton,
  useComputedColorScheme,
  useMantineColorScheme,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import type { ReactNode } from "react";
import { Link, useLocation } from "wouter";

import { useSigning, useWho } from "../api/session";
import { KeyboardHelp, useShortcuts } from "./keyboard";
import { NAVIGATION } from "./navigation";

/** What is around every page: where one can go, who is signed in, in which time zone times are shown. */
export function Frame({ children }: { children: ReactNode }) {
  const [isOpen, { toggle, close }] = useDisclosure();
  const [isHelpOpen, help] = useDisclosure();
  useShortcuts({ "?": help.open });
  return (
    <AppShell header={{ height: 48 }} navbar={{ width: 196, breakpoint: "sm", collapsed: { mobile: !isOpen } }} padding="md">
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="xs" wrap="nowrap">
            <Burger opened={isOpen} onClick={toggle} hiddenFrom="sm" size="sm" aria-label="Navigation" />
            <Link href="/" aria-label="Hooklog, event feed">
              <Image src="/console/icon.svg" alt="" w={26} h={26} />
            </Link>
            <Text fw={650}>Hooklog</Text>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <ThemeSwitch />
            <ActionIcon variant="subtle" color="gray" onClick={help.open} aria-label="Keyboard shortcuts">
              ?
            </ActionIcon>
            <WhoMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label="Pages">
        <Navigation onGo={close} />
      </AppShell.Navbar>
      <AppShell.Main>{children}</AppShell.Main>
      <KeyboardHelp isOpen={isHelpOpen} onClose={help.close} />
    </AppShell>
  );
}

function Navigation({ onGo }: { onGo: () => void }) {
  const [location] = useLocation();
  const who = useWho();
  return NAVIGATION.filter((page) => page.needs === undefined || who.can.includes(page.needs)).map((page) => (
    <NavLink
      key={page.path}
      component={Link}
      href={page.path}
      label={page.label}
      active={page.path === "/" ? location === "/" || location.startsWith("/events/") : location.startsWith(page.path)}
      onClick={onGo}
    />
  ));
}

function ThemeSwitch() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("light");
  const other = scheme === "dark" ? "light" : "dark";
  return (
    <ActionIcon variant="subtle" color="gray" onClick={() => setColorScheme(other)} aria-label={`Use ${other} colours`}>
      {scheme === "dark" ? "☀" : "☾"}
    </ActionIcon>
  );
}

function WhoMenu() {
  const who = useWho();
  const { signOut } = useSigning();
  const leave = () =>
    signOut().catch((error: unknown) => notifications.show({ color: "red", message: String(error) }));
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <UnstyledButton title={`Signed in as ${who.name}`}>
          <Box ta="right" lh={1.2}>
            <Text size="sm" fw={500} maw={150} className="clip">
              {who.orgName || `Org ${who.orgId}`}
            </Text>
            <Text size="xs" c="dimmed">
              {who.timeZone}
            </Text>
          </Box>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {who.name} ({who.kind.replace("_", " ")}), org {who.orgId}
        </Menu.Label>
        <Menu.Item component="a" href="/docs" target="_blank">
          API reference
        </Menu.Item>
        <Menu.Item onClick={() => void leave()}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
