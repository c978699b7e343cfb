"use strict";

// Starts Swagger UI on the contract beside this page, its examples fitting the running world, with a credential that works
// already filled in.
(() => {
  const { contract, scheme, credential, page } = document.currentScript.dataset;
  document.querySelector("nav form").addEventListener("submit", (event) => {
    event.preventDefault();
    const name = new FormData(event.target).get("sandbox").trim();
    location.assign((name ? `/~${encodeURIComponent(name)}` : "") + page);
  });
  const ui = SwaggerUIBundle({
    url: new URL(contract, document.baseURI).href,
    dom_id: "#swagger-ui",
    deepLinking: true,
    displayRequestDuration: true,
    tryItOutEnabled: true,
    validatorUrl: null, // the validator's badge would be fetched from the network
    onComplete: () => {
      if (scheme) ui.preauthorizeApiKey(scheme, credential);
    },
  });
})();
