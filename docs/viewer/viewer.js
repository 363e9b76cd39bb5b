SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#viewer',
  deepLinking: true,
  displayRequestDuration: true,
  // Nothing leaves this origin: by default it asks a validator on the internet.
  validatorUrl: null,
});
