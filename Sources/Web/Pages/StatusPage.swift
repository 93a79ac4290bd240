/// The page at `/`: numbers that refresh themselves, and where else to look. Nothing is loaded from elsewhere.
enum StatusPage {
    static let html = """
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Shopstream</title>
        <style>
          :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
          body { max-width: 46rem; margin: 3rem auto; padding: 0 1rem; }
          h1 { font-size: 1.4rem; margin: 0; }
          #state { opacity: .7; margin: 0 0 1.5rem; }
          dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: .75rem; margin: 0; }
          div { border: 1px solid #8884; border-radius: .5rem; padding: .6rem .8rem; }
          dt { font-size: .8rem; opacity: .7; }
          dd { margin: 0; font-size: 1.3rem; font-variant-numeric: tabular-nums; }
          p.links { margin-top: 1.5rem; font-size: .9rem; }
          code { font-size: .9em; }
        </style>
        <h1>Shopstream</h1>
        <p id="state">…</p>
        <dl id="numbers"></dl>
        <p class="links"><a href="/livez">livez</a> · <a href="/readyz">readyz</a> · <a href="/metrics">metrics</a> ·
        <code>/customers/{id}</code> · <code>/products/{id}</code> · <code>/recommendations/{id}</code></p>
        <script>
          const names = {
            rate: "events/s", events: "events", lag: "waiting", customers: "customers", products: "products",
            recommendations: "recommendations", churn_alerts: "churn alerts", sentiments: "sentiment updates",
            rejected: "dead letters", duplicates: "duplicates", transactions: "transactions", memory: "state, MB"
          };
          let last = null;
          async function refresh() {
            const state = document.getElementById("state");
            try {
              const now = await (await fetch("/status")).json();
              const at = performance.now();
              now.rate = last ? Math.round((now.events - last.events) / (at - last.at) * 1000) : 0;
              now.memory = (now.state_bytes / 1e6).toFixed(1);
              last = { events: now.events, at };
              state.textContent = (now.is_ready ? "ready" : "restoring") + " · version " + now.version
                + (now.event_time ? " · event time " + now.event_time : "");
              const list = document.getElementById("numbers");
              list.replaceChildren(...Object.entries(names).map(([key, name]) => {
                const box = document.createElement("div");
                const title = document.createElement("dt"), value = document.createElement("dd");
                title.textContent = name;
                value.textContent = Number(now[key]).toLocaleString();
                box.append(title, value);
                return box;
              }));
            } catch (error) { state.textContent = "not reachable"; }
          }
          refresh();
          setInterval(refresh, 1000);
        </script>
        </html>
        """
}
