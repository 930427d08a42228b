// Streamlit says some things in English alone. They are put into the visitor's language wherever they come up, and the
// document is said to be in it. Runs anew with each language; the watcher of the first run then serves the newest.
(() => {
  const page = (window.numberPlate ??= { originals: new WeakMap() });
  page.sayings = {{ sayings | tojson }}.map(([pattern, said]) => [new RegExp(`^(?:${pattern})$`), said]);
  document.documentElement.lang = {{ language | tojson }};

  const ATTRIBUTES = ["aria-label", "aria-roledescription", "placeholder", "title", "alt"];
  // what the page itself says, and what people called their cameras
  const OWN = '[data-testid="stHtml"], [data-testid="stJson"], [role="option"], script, style';

  const spoken = (text) => {
    for (const [pattern, said] of page.sayings) if (pattern.test(text)) return text.replace(pattern, said);
    return text;
  };

  // of a text node or an attribute: Streamlit's own text is kept, for another language
  const say = (node, name, now, set) => {
    const known = page.originals.get(node) ?? {};
    const original = known[name]?.said === now ? known[name].original : now;
    const said = original.replace(/\S.*\S|\S/s, spoken);
    if (said === original && said === now) return;
    page.originals.set(node, { ...known, [name]: { original, said } });
    if (said !== now) set(said);
  };

  const visit = (node) => {
    if (node.nodeType === Node.TEXT_NODE) {
      if (!node.parentElement || node.parentElement.closest(OWN) || !node.nodeValue.trim()) return;
      say(node, "text", node.nodeValue, (said) => (node.nodeValue = said));
    } else if (node.nodeType === Node.ELEMENT_NODE && !node.closest(OWN)) {
      for (const name of ATTRIBUTES) {
        if (node.hasAttribute(name)) say(node, name, node.getAttribute(name), (said) => node.setAttribute(name, said));
      }
      node.childNodes.forEach(visit);
    }
  };

  page.visit = visit;
  visit(document.body);
  page.watcher ??= new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === "childList") change.addedNodes.forEach((node) => page.visit(node));
      else page.visit(change.target);
    }
  });
  const watched = { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ATTRIBUTES };
  page.watcher.observe(document.body, watched);
})();
