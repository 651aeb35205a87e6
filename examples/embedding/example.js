/** The product's side: tabs of its own, and what it tells the desk and hears from it. */
const desk = document.querySelector("hero-support");

function show(name) {
  for (const part of ["work", "support"]) {
    document.getElementById(part).hidden = part !== name;
    document.getElementById(`${part}-tab`).setAttribute("aria-selected", String(part === name));
  }
}

document.getElementById("work-tab").addEventListener("click", () => show("work"));
document.getElementById("support-tab").addEventListener("click", () => show("support"));
document.getElementById("theme").addEventListener("change", ({ target }) => {
  desk.theme = target.value;
});
document.getElementById("ask").addEventListener("click", () => {
  desk.route = "#/new";
  show("support");
});
desk.addEventListener("hero-route", ({ detail }) => {
  document.getElementById("route").textContent = detail.route;
});
desk.addEventListener("hero-unread", ({ detail }) => {
  document.getElementById("unread").textContent = String(detail.count);
  document.getElementById("support-tab").textContent = detail.count > 0 ? `Support (${detail.count})` : "Support";
});
