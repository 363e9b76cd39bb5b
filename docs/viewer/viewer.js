SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#viewer',
  deepLinking: true,
  displayRequestDuration: true,
  // By default, it sends the document to a validator on the Internet.
  validatorUrl: null,
});
