import { Badge, createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

const sea: MantineColorsTuple = [
  "#e6fafd", "#d4f1f5", "#a9e2ea", "#7ad2de", "#54c4d4", "#3bbbce", "#27a3b6", "#0f8ea0", "#0b7285", "#035a6a",
];

export const theme = createTheme({
  primaryColor: "sea",
  primaryShade: { light: 8, dark: 8 },
  colors: { sea },
  defaultRadius: "sm",
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
  cursorType: "pointer",
  components: { Badge: Badge.extend({ defaultProps: { radius: "sm" } }) },
});

/** The ink of badges and light buttons, darker than the theme's own where that is too pale on its own ground. */
function inkOf(inks: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(inks).flatMap(([name, ink]) => [
      [`--mantine-color-${name}-light-color`, ink],
      [`--mantine-color-${name}-outline`, ink],
    ]),
  );
}

/** Quiet text must still be read: 4.5 to 1 against the page in both themes (WCAG 1.4.3). */
export const colors: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": "#5c636a",
    "--mantine-color-placeholder": "#6c737a",
    "--mantine-color-disabled-color": "#5c636a",
    ...inkOf({ teal: "#066649", orange: "#a33f00", yellow: "#855500", gray: "#495057", red: "#b42020" }),
  },
  dark: { "--mantine-color-dimmed": "#a6a7ab", "--mantine-color-placeholder": "#9a9ba0", "--mantine-color-disabled-color": "#a6a7ab" },
});
