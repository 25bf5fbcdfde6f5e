"""The control API: what people's page, `make call` and the demo do to telephones, as JSON.

It is not Twilio's and needs no credentials: it is served on the loopback interface only.
"""
