import "@fontsource-variable/inter/index.css";
import "@mantine/core/styles.css";
import "./app/base.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App, begin } from "./app/App";
import { watchEscape } from "./design/topmost";
import { loadMessages, preferredLanguage } from "./i18n/messages";

// The library that keeps the page behind a dialog from scrolling reads the nonce of its style from here.
Object.assign(window, { __webpack_nonce__: document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content });

begin(window.location.pathname);
const language = preferredLanguage();
const messages = await loadMessages(language);
document.documentElement.lang = language;

watchEscape();

const root = document.getElementById("root");
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <App language={language} messages={messages} />
    </StrictMode>,
  );
}
