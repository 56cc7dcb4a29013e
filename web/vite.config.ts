import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// The built files ship inside the Python package; the server puts a nonce into the page at each request.
export default defineConfig({
  base: "/console/",
  plugins: [react()],
  build: {
    outDir: "../src/hooklog/console/built",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    // What changes with the libraries only, apart from what changes with us: browsers keep it for longer.
    rolldownOptions: {
      output: { codeSplitting: { groups: [{ name: "react", test: /node_modules[\\/](react|react-dom|scheduler|wouter|@tanstack)[\\/]/ }] } },
    },
  },
  server: { proxy: { "/v2": "http://127.0.0.1:8080", "/console/session": "http://127.0.0.1:8080" } },
});
