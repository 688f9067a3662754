// Light or dark: as the system has it, until the button says otherwise in this tab.
import { $ } from "./dom.js";

export function listenTheme(changed) {
  const system = matchMedia("(prefers-color-scheme: dark)");
  let chosen = sessionStorage.getItem("theme");
  const apply = () => {
    document.documentElement.dataset.theme = chosen || (system.matches ? "dark" : "light");
    changed();
  };
  system.addEventListener("change", apply);
  $("theme").addEventListener("click", () => {
    chosen = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    sessionStorage.setItem("theme", chosen);
    apply();
  });
  apply();
}
