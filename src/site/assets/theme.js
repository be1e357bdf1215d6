// The chosen theme, before anything is drawn. Without a choice, the system's.
(() => {
  try {
    const theme = localStorage.getItem("segc-theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // A page from a file may have no storage.
  }
  document.documentElement.classList.add("js");
})();
