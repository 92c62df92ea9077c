import { createTheme, type MantineColorsTuple } from "@mantine/core";

const pine: MantineColorsTuple = [
  "#eef9f5", "#d8f1e7", "#afe3cf", "#7dd0b5", "#4fb899", "#2e9d7e", "#1b7d64", "#176552", "#155143", "#0f3a31",
];

// Neutral, a breath of green: grey text on it stays calm in both schemes.
const dark: MantineColorsTuple = [
  "#dfe3e1", "#b6bdba", "#98a19d", "#6b7471", "#3b4240", "#2c3230", "#222726", "#181c1b", "#131716", "#0d100f",
];

const gray: MantineColorsTuple = [
  "#f8faf9", "#f1f4f3", "#e6eae8", "#d9dfdc", "#c3cbc8", "#a3ada9", "#616b67", "#4c5653", "#323a38", "#1c2220",
];

// From the seventh shade on dark enough for white on it, and for words on its own tint.
const red: MantineColorsTuple = [
  "#fff5f5", "#ffe3e3", "#ffc9c9", "#ffa8a8", "#ff8787", "#ff6b6b", "#c92a2a", "#b32424", "#a01f1f", "#8c1a1a",
];

const yellow: MantineColorsTuple = [
  "#fff9db", "#fff3bf", "#ffec99", "#ffe066", "#ffd43b", "#fcc419", "#8a5300", "#7a4a00", "#6b4100", "#5c3800",
];

export const theme = createTheme({
  primaryColor: "pine",
  primaryShade: 6,
  colors: { pine, dark, gray, red, yellow },
  black: "#1c2220",
  fontFamily: "'Inter Variable', system-ui, -apple-system, 'Segoe UI', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', 'Cascadia Code', Menlo, Consolas, monospace",
  headings: { fontWeight: "620", sizes: { h1: { fontSize: "1.375rem" }, h2: { fontSize: "1.0625rem" } } },
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    Menu: { defaultProps: { shadow: "md", radius: "md" } },
    // Their headers are no banners of the page.
    Drawer: { defaultProps: { attributes: { header: { role: "presentation" } } } },
    Modal: { defaultProps: { attributes: { header: { role: "presentation" } }, radius: "lg", centered: true, overlayProps: { backgroundOpacity: 0.35, blur: 2 } } },
    Tooltip: { defaultProps: { openDelay: 300, events: { hover: true, focus: true, touch: false } } },
    Badge: { defaultProps: { variant: "light", radius: "sm", tt: "none", fw: 550 } },
    Table: { defaultProps: { verticalSpacing: "xs", highlightOnHover: true, borderColor: "var(--line)" } },
  },
});
