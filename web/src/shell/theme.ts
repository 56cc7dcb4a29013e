import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

const sea: MantineColorsTuple = [
  "#e6fafd", "#d4f1f5", "#a9e2ea", "#7ad2de", "#54c4d4", "#3bbbce", "#27a3b6", "#0f8ea0", "#0b7285", "#035a6a",
];

export const theme = createTheme({
  primaryColor: "sea",
  primaryShade: { light: 8, dark: 6 },
  colors: { sea },
  defaultRadius: "sm",
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
  cursorType: "pointer",
});

/** Quiet text must still be read: 4.5 to 1 against the page in both themes (WCAG 1.4.3). */
export const colors: CSSVariablesResolver = () => ({
  variables: {},
  light: { "--mantine-color-dimmed": "#5c636a", "--mantine-color-placeholder": "#6c737a" },
  dark: { "--mantine-color-dimmed": "#a6a7ab", "--mantine-color-placeholder": "#9a9ba0" },
});
