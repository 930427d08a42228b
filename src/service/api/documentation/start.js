// A file of its own, as the page's policy runs no script that stands in the page.
SwaggerUIBundle({
  url: "openapi.json", // relative to the page, so that a proxy may put the service below a path
  dom_id: "#swagger-ui",
  deepLinking: true,
  validatorUrl: null, // otherwise the document would be sent to swagger.io
});
