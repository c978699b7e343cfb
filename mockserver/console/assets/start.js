"use strict";

// Starts Swagger UI on the contract beside this page, with a credential that works already filled in.
(() => {
  const { contract, scheme, credential } = document.currentScript.dataset;
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
